-- Each request sets a tag to a value that it never had, over all the models.
local count = 0
request = function()
  count = count + 1
  local path = "/v1/models/m" .. (count % 200 + 1) .. "/tags"
  return wrk.format("PATCH", path, { ["Content-Type"] = "application/json" }, '{"build":"' .. count .. '"}')
end
