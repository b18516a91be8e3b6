#include "policy/schema.hpp"

#include <boost/json.hpp>

#include "policy/draft.hpp"
#include "policy/reader.hpp"
#include "policy/shape.hpp"

namespace consign::policy {

namespace json = boost::json;

namespace {

constexpr std::string_view draft_2020_12 = "https://json-schema.org/draft/2020-12/schema";

json::value schema_of(const Shape& shape);

json::string text(std::string_view value) {
    return json::string(value.data(), value.size());
}

json::array texts(const std::vector<std::string>& values) {
    json::array all;
    for (const std::string& value : values) all.push_back(text(value));
    return all;
}

/// A default is written as JSON, or as a text.
json::value default_of(std::string_view written) {
    boost::system::error_code error;
    json::value value = json::parse(json::string_view(written.data(), written.size()), error);
    return error ? json::value(text(written)) : value;
}

json::object mapping_schema(const Form& form) {
    json::object properties;
    std::vector<std::string> required;
    json::array alternatives;
    for (const Member& member : form.members) {
        json::value property = schema_of(member.shape);
        property.as_object()["description"] = text(member.about);
        if (!member.by_default.empty())
            property.as_object()["default"] = default_of(member.by_default);
        properties[member.name] = std::move(property);
        if (member.need == Member::Need::required) required.push_back(member.name);
        if (member.need == Member::Need::alternative)
            alternatives.push_back({{"required", json::array{text(member.name)}}});
    }
    json::object schema{
        {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
    if (!required.empty()) schema["required"] = texts(required);
    if (!alternatives.empty()) schema["oneOf"] = std::move(alternatives);
    return schema;
}

/// What may be written without quotes, too, where YAML takes it for a number.
json::value text_types(std::string_view pattern) {
    if (pattern.empty()) return json::array{"string", "number", "boolean"};
    if (pattern == text_form::ports) return json::array{"string", "integer"};
    return "string";
}

json::object form_schema(const Form& form) {
    json::object schema;
    switch (form.kind) {
        case Form::Kind::mapping:
            return mapping_schema(form);
        case Form::Kind::named:
            schema = {{"type", "object"}, {"additionalProperties", schema_of(form.items)}};
            if (!form.pattern.empty())
                schema["propertyNames"] = json::object{{"pattern", text(form.pattern)}};
            return schema;
        case Form::Kind::list:
            schema = {{"type", "array"}, {"items", schema_of(form.items)}, {"maxItems", form.most}};
            if (form.least > 0) schema["minItems"] = form.least;
            return schema;
        case Form::Kind::text:
            schema["type"] = text_types(form.pattern);
            if (form.pattern.empty())
                schema["minLength"] = 1;
            else
                schema["pattern"] = text(form.pattern);
            return schema;
        case Form::Kind::boolean:
            return {{"type", "boolean"}};
        case Form::Kind::count:
            return {{"type", "integer"}, {"minimum", form.least}, {"maximum", form.most}};
        case Form::Kind::choice:
            return {{"enum", texts(form.choices)}};
    }
    return schema;
}

json::value schema_of(const Shape& shape) {
    if (shape.forms.size() == 1) return form_schema(shape.forms.front());
    json::array forms;
    for (const Form& form : shape.forms) forms.push_back(form_schema(form));
    if (forms.empty()) return json::object();
    return json::object{{"anyOf", std::move(forms)}};
}

bool is_flat(const json::value& value) {
    return !value.is_object() && !value.is_array();
}

/// Indented by two; what holds no list or mapping stands in one line.
void write(const json::value& value, const std::string& indent, std::string& out) {
    const std::string deeper = indent + "  ";
    const auto write_items = [&](const auto& items, std::string_view open, std::string_view close,
                                 bool in_one_line, const auto& write_item) {
        out += open;
        bool is_first_item = true;
        for (const auto& item : items) {
            if (!is_first_item) out += in_one_line ? ", " : ",";
            if (!in_one_line) out += "\n" + deeper;
            is_first_item = false;
            write_item(item);
        }
        if (!in_one_line && !items.empty()) out += "\n" + indent;
        out += close;
    };
    if (const json::object* object = value.if_object()) {
        write_items(*object, "{", "}", object->empty(), [&](const json::key_value_pair& entry) {
            out += json::serialize(entry.key()) + ": ";
            write(entry.value(), deeper, out);
        });
    } else if (const json::array* array = value.if_array()) {
        const bool in_one_line = std::ranges::all_of(*array, is_flat);
        write_items(*array, "[", "]", in_one_line,
                    [&](const json::value& item) { write(item, deeper, out); });
    } else {
        out += json::serialize(value);
    }
}

std::string schema_text(std::string_view title, std::string_view description, const Shape& shape) {
    json::object schema{{"$schema", text(draft_2020_12)},
                        {"title", text(title)},
                        {"description", text(description)}};
    for (const auto& entry : schema_of(shape).as_object()) schema[entry.key()] = entry.value();
    std::string out;
    write(schema, "", out);
    return out + "\n";
}

}  // namespace

std::string server_schema() {
    const Shape shape = Reader::describe([](const Reader& in, const yaml::Node& root) {
        Draft draft;
        read_server_file(in, root, "/", draft);
    });
    return schema_text("consign.yaml",
                       "A Consign server: docs/policy.md tells what each key means.", shape);
}

std::string policy_schema() {
    const Shape shape = Reader::describe([](const Reader& in, const yaml::Node& root) {
        Draft draft;
        const std::filesystem::path folder = "/";
        const ReadNamedFile read_nothing = [](const std::string&) { return std::string(); };
        read_policy_file({in, folder, read_nothing, draft}, root);
    });
    return schema_text("A file of policy.d",
                       "A part of a Consign policy: docs/policy.md tells what each key means.",
                       shape);
}

}  // namespace consign::policy
