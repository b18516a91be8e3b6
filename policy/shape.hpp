// What the language accepts at a place, as a value: made by the very functions that read it
// (policy/reader.hpp, describing), so that what editors are told is what the parser takes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace consign::policy {

struct Form;

/// One of several forms; none where nothing is said.
struct Shape {
    std::vector<Form> forms;
};

/// A row of a mapping.
struct Member {
    enum class Need : std::uint8_t { optional, required, alternative } need = Need::optional;
    std::string name;
    std::string about;       // one sentence for people
    std::string by_default;  // as JSON, or a text; empty: none
    Shape shape;
};

struct Form {
    enum class Kind : std::uint8_t { mapping, named, list, text, boolean, count, choice };
    Kind kind = Kind::text;
    std::vector<Member> members{};  // of a mapping; of its alternatives exactly one is there
    Shape items{};                  // of each item of a list, of each value of a named mapping
    std::uint64_t least = 0;        // of a count, and of the length of a list or mapping
    std::uint64_t most = 0;         // likewise
    std::string pattern{};  // of a text, or of a named mapping's names; ECMA 262; may be empty
    std::vector<std::string> choices{};
};

/// The forms of texts, as ECMA 262 has regular expressions. Each takes all that the parser takes;
/// what it cannot tell (a day that no month has), the parser does.
namespace text_form {
inline constexpr std::string_view any;
inline constexpr std::string_view one = "^1$";
inline constexpr std::string_view name = "^[a-z0-9][a-z0-9._-]{0,63}$";
inline constexpr std::string_view size = "^[0-9]+ *(B|KiB|MiB|GiB|TiB)$";
inline constexpr std::string_view rate = "^[0-9]+ *(B|KiB|MiB|GiB|TiB) */s$";
inline constexpr std::string_view duration = "^[0-9]+ *(second|minute|hour|day|week)s?$";
inline constexpr std::string_view span = "^[0-9]+ *(second|minute|hour|day|week|month|year)s?$";
inline constexpr std::string_view date = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";
inline constexpr std::string_view days = "^[A-Za-z]+([,-][A-Za-z]+)*$";
inline constexpr std::string_view time_of_day = "^[0-9]{2}:[0-9]{2}$";
inline constexpr std::string_view window =
    "^ *[A-Za-z]+([,-][A-Za-z]+)* +[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}( +[A-Za-z0-9_+/-]+)? *$";
inline constexpr std::string_view schedule =
    "^ *([A-Za-z]+([,-][A-Za-z]+)* +[0-9]{2}:[0-9]{2}(-[0-9]{2}:[0-9]{2})?|[^ ]+( +[^ ]+){4})"
    "( +[A-Za-z0-9_+/-]+)? *$";
inline constexpr std::string_view path = "^/";
inline constexpr std::string_view path_glob = "^[/{]";
inline constexpr std::string_view name_glob = "^[^/]+$";
inline constexpr std::string_view path_template = "^(/|\\{home\\}/)";
inline constexpr std::string_view delivery = "^[a-z0-9][a-z0-9._-]*/";
inline constexpr std::string_view tag = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";
inline constexpr std::string_view reference = "^(file:.+|credential:[A-Za-z0-9._-]+)$";
inline constexpr std::string_view network = "^[0-9A-Fa-f:.]+(/[0-9]+)?$";
inline constexpr std::string_view bind = "^(\\[[0-9A-Fa-f:.]+\\]|[0-9.]+):[0-9]+$";
inline constexpr std::string_view clamd = "^(/.+|(\\[[0-9A-Fa-f:.]+\\]|[0-9.]+):[0-9]+)$";
inline constexpr std::string_view ports = "^[0-9]+(-[0-9]+)?$";
inline constexpr std::string_view ipv4 = "^[0-9]+(\\.[0-9]+){3}$";
inline constexpr std::string_view password_hash = "^\\$";
inline constexpr std::string_view target_url = "^(sftp|ftps|file)://";
inline constexpr std::string_view web_url = "^https?://";
inline constexpr std::string_view relay_url = "^smtps?://";
inline constexpr std::string_view host_key = "^SHA256:[A-Za-z0-9+/]{43}$";
inline constexpr std::string_view program = "^/.";
inline constexpr std::string_view mail_address = "^[^@ ]+@[^@ ]+$";
inline constexpr std::string_view field = "^[A-Za-z0-9]";
inline constexpr std::string_view subject_field = "^(hl7|hprim|dicom|xml|csv)\\.";
}  // namespace text_form

}  // namespace consign::policy
