#include "policy/content/charset.hpp"

#include <algorithm>
#include <array>

#include "policy/language/utf8.hpp"

namespace consign::policy::content {

namespace {

constexpr std::string_view utf8_mark = "\xef\xbb\xbf";
constexpr std::string_view utf16_le_mark = "\xff\xfe";
constexpr std::string_view utf16_be_mark = "\xfe\xff";
constexpr std::size_t longest_character_bytes = 4;

// Of 0x80 to 0x9f; NUL where the set has nothing.
constexpr std::array<char16_t, 32> windows_1252_signs{
    u'\u20ac', 0,         u'\u201a', u'\u0192', u'\u201e', u'\u2026', u'\u2020', u'\u2021',
    u'\u02c6', u'\u2030', u'\u0160', u'\u2039', u'\u0152', 0,         u'\u017d', 0,
    0,         u'\u2018', u'\u2019', u'\u201c', u'\u201d', u'\u2022', u'\u2013', u'\u2014',
    u'\u02dc', u'\u2122', u'\u0161', u'\u203a', u'\u0153', 0,         u'\u017e', u'\u0178'};

// Of 0x80 to 0xff.
constexpr std::u16string_view cp850_signs =
    u"ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤"
    u"ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0";
static_assert(cp850_signs.size() == 128);

char32_t windows_1252(std::uint8_t byte) {
    return byte >= 0x80 && byte <= 0x9f ? windows_1252_signs[byte - 0x80U] : char32_t{byte};
}

char32_t iso_8859_15(std::uint8_t byte) {
    switch (byte) {
        case 0xa4:
            return U'€';
        case 0xa6:
            return U'Š';
        case 0xa8:
            return U'š';
        case 0xb4:
            return U'Ž';
        case 0xb8:
            return U'ž';
        case 0xbc:
            return U'Œ';
        case 0xbd:
            return U'œ';
        case 0xbe:
            return U'Ÿ';
        default:
            return byte;
    }
}

char32_t cp850(std::uint8_t byte) {
    return byte < 0x80 ? char32_t{byte} : cp850_signs[byte - 0x80U];
}

template <class Mapping>
std::string from_single_bytes(ByteView bytes, Mapping character_of) {
    std::string text;
    text.reserve(bytes.size());
    for (const std::uint8_t byte : bytes) {
        const char32_t character = character_of(byte);
        if (character != 0 || byte == 0) append_utf8(text, character);
    }
    return text;
}

std::string from_utf16(ByteView bytes, bool big_endian) {
    const auto unit = [&](std::size_t at) {
        const char32_t first = bytes[at];
        const char32_t second = bytes[at + 1];
        return big_endian ? first << 8 | second : second << 8 | first;
    };
    std::string text;
    text.reserve(bytes.size());
    for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
        const char32_t lead = unit(at);
        const bool is_pair = lead >= 0xd800 && lead <= 0xdbff && at + 3 < bytes.size();
        const char32_t trail = is_pair ? unit(at + 2) : 0;
        if (trail >= 0xdc00 && trail <= 0xdfff) {
            append_utf8(text, 0x10000 + ((lead - 0xd800) << 10) + (trail - 0xdc00));
            at += 2;
        } else if (lead < 0xd800 || lead > 0xdfff) {
            append_utf8(text, lead);
        }
    }
    return text;
}

std::string from_utf8(std::string_view text) {
    std::string kept;
    kept.reserve(text.size());
    while (!text.empty()) {
        const std::size_t good = std::min(find_malformed_utf8(text), text.size());
        kept.append(text.substr(0, good));
        text.remove_prefix(std::min(good + 1, text.size()));
    }
    return kept;
}

/// Malformed only because the end is missing?
bool is_cut_character(std::string_view tail) {
    if (tail.size() >= longest_character_bytes || tail.empty()) return false;
    const auto lead = static_cast<unsigned char>(tail[0]);
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    const bool leads = lead >= 0xc2 && lead <= 0xf4;
    return leads && tail.size() < length &&
           std::ranges::all_of(
               tail.substr(1),
               [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U; });
}

}  // namespace

std::optional<Charset> charset_of_mark(ByteView bytes) {
    const std::string_view text = as_text(bytes);
    if (text.starts_with(utf8_mark)) return Charset::utf_8;
    if (text.starts_with(utf16_le_mark)) return Charset::utf_16_le;
    if (text.starts_with(utf16_be_mark)) return Charset::utf_16_be;
    return std::nullopt;
}

Charset guess_charset(ByteView bytes) {
    if (const auto marked = charset_of_mark(bytes)) return *marked;
    const std::string_view text = as_text(bytes);
    const std::size_t bad = find_malformed_utf8(text);
    const bool is_utf8 = bad == std::string_view::npos || is_cut_character(text.substr(bad));
    return is_utf8 ? Charset::utf_8 : Charset::windows_1252;
}

bool looks_like_cp850(ByteView bytes) {
    const auto is_dos_letter = [](std::uint8_t byte) {  // ü é â à ç ê ë è ï î ô û ù
        constexpr std::string_view letters = "\x81\x82\x83\x85\x87\x88\x89\x8a\x8b\x8c\x93\x96\x97";
        return letters.contains(static_cast<char>(byte));
    };
    const auto is_latin_letter = [](std::uint8_t byte) { return byte >= 0xc0; };
    return std::ranges::count_if(bytes, is_dos_letter) >
           std::ranges::count_if(bytes, is_latin_letter);
}

std::string to_utf8(ByteView bytes, Charset charset) {
    if (charset_of_mark(bytes) == charset)
        bytes = bytes.subspan(charset == Charset::utf_8 ? utf8_mark.size() : utf16_le_mark.size());
    switch (charset) {
        case Charset::utf_8:
            return from_utf8(as_text(bytes));
        case Charset::windows_1252:
            return from_single_bytes(bytes, windows_1252);
        case Charset::iso_8859_15:
            return from_single_bytes(bytes, iso_8859_15);
        case Charset::cp850:
            return from_single_bytes(bytes, cp850);
        case Charset::utf_16_le:
            return from_utf16(bytes, false);
        case Charset::utf_16_be:
            return from_utf16(bytes, true);
    }
    __builtin_unreachable();
}

std::string printable(std::string_view utf8) {
    std::string kept;
    kept.reserve(utf8.size());
    while (!utf8.empty()) {
        const std::string_view character = utf8.substr(0, character_length(utf8));
        utf8.remove_prefix(character.size());
        const auto first = static_cast<unsigned char>(character[0]);
        const bool is_c0 = first < ' ' || first == 0x7f;
        const bool is_c1 = first == 0xc2 && static_cast<unsigned char>(character.back()) < 0xa0;
        if (!is_c0 && !is_c1) kept.append(character);
    }
    return kept;
}

void append_utf8(std::string& out, char32_t character) {
    const auto push = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
    const auto push_trail = [&](unsigned shift) { push(0x80 | ((character >> shift) & 0x3f)); };
    if (character < 0x80) {
        push(character);
    } else if (character < 0x800) {
        push(0xc0 | character >> 6);
        push_trail(0);
    } else if (character < 0x10000) {
        push(0xe0 | character >> 12);
        push_trail(6);
        push_trail(0);
    } else {
        push(0xf0 | character >> 18);
        push_trail(12);
        push_trail(6);
        push_trail(0);
    }
}

}  // namespace consign::policy::content
