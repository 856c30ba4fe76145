-- MLflow's form of write.lua.
local count = 0
request = function()
  count = count + 1
  return wrk.format("POST", "/api/2.0/mlflow/registered-models/set-tag", { ["Content-Type"] = "application/json" },
                    '{"name":"m1","key":"build","value":"' .. count .. '"}')
end
