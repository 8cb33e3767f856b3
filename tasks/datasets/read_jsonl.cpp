// A JSON object a line.
#include <fmt/format.h>

#include <algorithm>

#include "harness/base/error.h"
#include "tasks/datasets/readers.h"

namespace synthbench {
namespace {

Json object_of(std::string_view line, const std::string& where) {
  Json object;
  try {
    object = Json::parse(line);
  } catch (const Json::parse_error& error) {
    throw UserError(fmt::format("{}: byte {}: not valid JSON, of which a line holds one object", where, error.byte));
  } catch (const Json::out_of_range&) {
    throw UserError(where + ": not valid JSON, a number is out of range");
  }
  if (!object.is_object()) throw UserError(where + ": not a JSON object, of which a line holds one");
  return object;
}

std::string pointer_of(const JsonField& wanted) { return wanted.pointer.empty() ? "/" + wanted.field : wanted.pointer; }

/// Null where there is none. Never a copy: nlohmann copies nested lists by recursion, and a line may nest them a million deep.
const Json& value_of(const Json& object, const JsonField& wanted) {
  static const Json none;
  const Json::json_pointer path(pointer_of(wanted));
  return object.contains(path) ? object.at(path) : none;
}

std::string field_of(const Json& object, const JsonField& wanted, const std::string& where) {
  const Json& value = value_of(object, wanted);
  if (wanted.hidden_ok && (value.is_null() || value == "")) return std::string(kHiddenLabel);
  if (value.is_null()) throw UserError(fmt::format("{}: no value at '{}'", where, pointer_of(wanted)));
  if (value.is_structured()) throw UserError(fmt::format("{}: '{}' is no text or number", where, pointer_of(wanted)));
  return text_of_json(value);
}

/// Whether a field says that its object is no example.
bool is_left_out(const Json& object, const std::vector<JsonField>& fields) {
  return std::ranges::any_of(fields, [&](const JsonField& field) {
    if (field.no_example.empty()) return false;
    const Json& value = value_of(object, field);
    return value.is_string() && value.get_ref<const std::string&>() == field.no_example;
  });
}

}  // namespace

std::string text_of_json(const Json& value) {
  if (value.is_structured() || value.is_null()) throw std::invalid_argument("no text, number or truth value");
  return value.is_string() ? value.get<std::string>() : value.dump();
}

Reader jsonl(std::vector<JsonField> fields) {
  const bool leaves_out = std::ranges::any_of(fields, [](const JsonField& field) { return !field.no_example.empty(); });
  return {.form = "jsonl",
          .open = [fields = std::move(fields)](const std::vector<Stream>& streams) -> Examples {
            const auto reader = std::make_shared<StreamLines>(streams.front());
            return [reader, fields](Record& record) {
              for (std::string_view line; reader->next(line); reader->leave_out()) {
                record.where = reader->where();
                const Json object = object_of(line, record.where);
                if (is_left_out(object, fields)) continue;
                record.fields.clear();
                for (const JsonField& field : fields) record.fields.emplace_back(field.field, field_of(object, field, record.where));
                return true;
              }
              return false;
            };
          },
          .leaves_out = leaves_out};
}

Reader jsonl_of(std::string form, std::function<Examples(Json object)> examples) {
  return {std::move(form), [examples = std::move(examples)](const std::vector<Stream>& streams) -> Examples {
            const auto reader = std::make_shared<StreamLines>(streams.front());
            return [reader, examples, of_line = Examples()](Record& record) mutable {
              try {
                while (!of_line || !of_line(record)) {
                  std::string_view line;
                  if (!reader->next(line)) return false;
                  of_line = examples(object_of(line, reader->where()));
                }
              } catch (const UserError&) {
                throw;
              } catch (const std::exception& error) {
                throw UserError(fmt::format("{}: an object of another form: {}", reader->where(), error.what()));
              }
              record.where = reader->where();
              return true;
            };
          }};
}

}  // namespace synthbench
