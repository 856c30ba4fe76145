// A JSON Schema (draft 2020-12) of a described struct, from the very description that reads and writes it.
#pragma once

#include <string>

#include "reflect/describe.h"
#include "reflect/json_read.h"

namespace herald::json {

// Types may give their own schema: `static void json_schema(std::string& out)`.
template <class T>
concept HasSchema = requires(std::string& out) {
  T::json_schema(out);
};

template <class T>
void write_schema(std::string& out) {
  if constexpr (HasSchema<T>) {
    T::json_schema(out);
  } else if constexpr (std::is_same_v<T, bool>) {
    out += R"({"type":"boolean"})";
  } else if constexpr (std::is_integral_v<T>) {
    out += std::is_unsigned_v<T> ? R"({"type":"integer","minimum":0})" : R"({"type":"integer"})";
  } else if constexpr (std::is_floating_point_v<T>) {
    out += R"({"type":"number"})";
  } else if constexpr (std::is_same_v<T, Raw>) {
    out += "{}";
  } else if constexpr (is_strong<T>) {
    write_schema<typename T::value_type>(out);
  } else if constexpr (std::is_convertible_v<const T&, std::string_view> || reflect::Text<T>) {
    out += R"({"type":"string"})";
  } else if constexpr (reflect::DescribedEnum<T>) {
    out += R"({"enum":[)";
    bool first = true;
    boost::mp11::mp_for_each<reflect::describe::describe_enumerators<T>>([&](auto e) {
      if (!first) out.push_back(',');
      first = false;
      write_string(out, e.name);
    });
    out += "]}";
  } else if constexpr (reflect::is_optional<T>) {
    write_schema<typename T::value_type>(out);
  } else if constexpr (reflect::is_nullable<T>) {
    out += R"({"anyOf":[)";
    write_schema<typename T::value_type>(out);
    out += R"(,{"type":"null"}]})";
  } else if constexpr (reflect::is_vector<T>) {
    out += R"({"type":"array","items":)";
    write_schema<typename T::value_type>(out);
    out += "}";
  } else if constexpr (reflect::is_map<T>) {
    out += R"({"type":"object","additionalProperties":)";
    write_schema<typename T::mapped_type>(out);
    out += "}";
  } else {
    using Members = reflect::describe::describe_members<T, reflect::describe::mod_public |
                                                               reflect::describe::mod_inherited>;
    out += R"({"type":"object","properties":{)";
    std::string required;
    bool first = true;
    boost::mp11::mp_for_each<Members>([&](auto member) {
      using Type = std::remove_cvref_t<decltype(std::declval<T&>().*member.pointer)>;
      if (!first) out.push_back(',');
      first = false;
      write_string(out, member.name);
      out.push_back(':');
      write_schema<Type>(out);
      if (!reflect::is_optional<Type> && !reflect::is_nullable<Type> && !defaulted<T>) {
        required += required.empty() ? "" : ",";
        write_string(required, member.name);
      }
    });
    out += "}";
    if (!required.empty()) out += R"(,"required":[)" + required + "]";
    out += "}";
  }
}

template <class T>
std::string schema_of() {
  std::string out;
  write_schema<T>(out);
  return out;
}

}  // namespace herald::json
