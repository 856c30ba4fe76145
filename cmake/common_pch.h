// Precompiled for every room: what most files include anyway. A file still includes what it uses; herald_headers,
// which compiles each header alone, does without this.
#pragma once
#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <boost/system/result.hpp>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <variant>
#include <vector>
