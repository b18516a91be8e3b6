// What a policy writes about content: the first line is a field's name, the second a pattern, the
// rest a value.
#include <algorithm>

#include "base/bytes.hpp"
#include "policy/content/field_name.hpp"
#include "policy/content/field_pattern.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace consign::policy::content;
    const std::string_view text = consign::as_text(consign::ByteView(data, size));
    const std::size_t name_end = std::min(text.find('\n'), text.size());
    const std::string_view rest = text.substr(std::min(name_end + 1, text.size()));
    const std::size_t pattern_end = std::min(rest.find('\n'), rest.size());
    for (const Dictionary dictionary : {Dictionary::hl7, Dictionary::hprim, Dictionary::dicom,
                                        Dictionary::xml, Dictionary::csv}) {
        const auto name = FieldName::parse(dictionary, text.substr(0, name_end));
        if (!name) continue;
        // Its canonical form is a name too, and the same.
        const auto again = FieldName::parse(dictionary, name->field());
        if (!again || again->field() != name->field()) __builtin_trap();
    }
    const std::string_view value = rest.substr(std::min(pattern_end + 1, rest.size()));
    for (const bool ignore_case : {false, true}) {
        const auto pattern = FieldPattern::parse(rest.substr(0, pattern_end), ignore_case);
        if (pattern) static_cast<void>(pattern->matches(value));
    }
    return 0;
}
