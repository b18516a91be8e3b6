// Segments, fields and components between delimiters that the message itself names: HL7 v2's, and
// HPRIM Santé's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/content/content.hpp"

namespace consign::policy::content {

/// NUL: the message has none.
struct Delimiters {
    char field = 0;
    char component = 0;
    char repetition = 0;
    char escape = 0;
    char subcomponent = 0;
};

/// Of a segment that begins with the delimiters, after a name of `name_length` bytes: the one of
/// fields, then up to five (the fifth is HL7's truncation character) until it comes again, or the
/// segment ends. Printable ASCII, no letters, digits or blanks, none of them twice. Nothing where
/// it is not so.
[[nodiscard]] std::optional<Delimiters> delimiters_of(std::string_view segment,
                                                      std::size_t name_length);

/// One segment a line; blank ones, and blanks and framing (MLLP's 0x0b and 0x1c) around each, are
/// left out. The last one may be cut.
[[nodiscard]] std::vector<std::string_view> segments_of(std::string_view text);

/// What stands before the first delimiter of fields.
[[nodiscard]] std::string_view segment_name(std::string_view segment, const Delimiters& delimiters);

/// Component `number` (from 1) of one repetition; empty where there is none.
[[nodiscard]] std::string_view component(std::string_view repetition, std::size_t number,
                                         const Delimiters& delimiters);
/// The repetitions of a field; at least one.
[[nodiscard]] std::vector<std::string_view> repetitions(std::string_view field,
                                                        const Delimiters& delimiters);

/// UTF-8 without control characters, the delimiters written as `^`, `&` and `~`, the escapes of HL7
/// v2.8.2 chapter 2.7 undone (highlighting is left out, a line break is a blank, what is not known
/// stays as it is). HL7's null, `""`, is empty.
[[nodiscard]] std::string plain(std::string_view raw, const Delimiters& delimiters);

/// Adds each field of the segment that is not empty. `first`: the number of what stands right after
/// the name.
void add_fields(Content& content, Dictionary dictionary, std::string_view segment,
                const Delimiters& delimiters, unsigned first);

}  // namespace consign::policy::content
