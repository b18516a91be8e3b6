#include "policy/content/dicom.hpp"

#include <algorithm>
#include <array>
#include <boost/endian/conversion.hpp>

#include "policy/content/dicom_dictionary.hpp"
#include "policy/content/message_date.hpp"
#include "policy/content/parties.hpp"
#include "policy/content/text_pieces.hpp"

namespace consign::policy::content {

namespace {

constexpr std::size_t preamble_bytes = 128;
constexpr std::string_view magic = "DICM";
constexpr std::size_t value_limit_bytes = 1024;
constexpr std::uint32_t undefined_length = 0xffffffff;

constexpr DicomTag item = 0xfffee000;
constexpr DicomTag end_of_item = 0xfffee00d;
constexpr DicomTag end_of_sequence = 0xfffee0dd;
constexpr DicomTag transfer_syntax = 0x00020010;
constexpr DicomTag character_set = 0x00080005;
constexpr std::uint16_t meta_group = 0x0002;
constexpr std::uint16_t first_data_group = 0x0008;
constexpr std::uint16_t pixel_group = 0x7fe0;

constexpr std::string_view implicit_little_endian = "1.2.840.10008.1.2";
constexpr std::string_view explicit_big_endian = "1.2.840.10008.1.2.2";
constexpr std::string_view deflated_little_endian = "1.2.840.10008.1.2.1.99";
constexpr std::string_view registered_by_dicom = "1.2.840.10008.";

constexpr std::array<std::string_view, 34> representations{
    "AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT",
    "OB", "OD", "OF", "OL", "OV", "OW", "PN", "SH", "SL", "SQ", "SS", "ST",
    "SV", "TM", "UC", "UI", "UL", "UN", "UR", "US", "UT", "UV"};
// PS3.5 section 7.1.2: two reserved bytes, then a length of four.
constexpr std::array<std::string_view, 13> long_representations{
    "OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"};
constexpr std::array<std::string_view, 16> text_representations{
    "AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UI", "UT"};

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
    return std::ranges::find(words, word) != words.end();
}

struct Encoding {
    bool is_explicit = true;
    bool is_big_endian = false;
};

template <class Integer>
Integer load(ByteView bytes, std::size_t offset, Encoding encoding) {
    const auto* const from = bytes.subspan(offset, sizeof(Integer)).data();
    using boost::endian::endian_load;
    using boost::endian::order;
    return encoding.is_big_endian ? endian_load<Integer, sizeof(Integer), order::big>(from)
                                  : endian_load<Integer, sizeof(Integer), order::little>(from);
}

struct Element {
    DicomTag tag = 0;
    std::string_view representation;  // empty where the encoding does not tell
    std::uint32_t length = 0;
    std::size_t header_bytes = 0;

    [[nodiscard]] std::uint16_t group() const { return static_cast<std::uint16_t>(tag >> 16); }
};

/// What begins `bytes`; nothing where it is no element, or cut.
std::optional<Element> element_at(ByteView bytes, Encoding encoding) {
    constexpr std::size_t shortest = 8;
    constexpr std::size_t longest = 12;
    if (bytes.size() < shortest) return std::nullopt;
    Element element;
    element.tag = DicomTag{load<std::uint16_t>(bytes, 0, encoding)} << 16 |
                  load<std::uint16_t>(bytes, 2, encoding);
    const bool is_delimiter = element.group() == item >> 16;
    if (!encoding.is_explicit || is_delimiter) {
        element.length = load<std::uint32_t>(bytes, 4, encoding);
        element.header_bytes = shortest;
        return element;
    }
    element.representation = as_text(bytes.subspan(4, 2));
    if (!is_one_of(element.representation, representations)) return std::nullopt;
    if (!is_one_of(element.representation, long_representations)) {
        element.length = load<std::uint16_t>(bytes, 6, encoding);
        element.header_bytes = shortest;
        return element;
    }
    if (bytes.size() < longest) return std::nullopt;
    element.length = load<std::uint32_t>(bytes, 8, encoding);
    element.header_bytes = longest;
    return element;
}

/// Of a representation that the encoding does not tell: no bytes but those that text has.
bool looks_like_text(ByteView value) {
    const auto is_padding = [](std::uint8_t byte) { return byte == 0 || byte == ' '; };
    const auto is_text = [](std::uint8_t byte) {
        return byte >= ' ' || byte == '\t' || byte == '\n' || byte == '\r' || byte == '\x1b';
    };
    while (!value.empty() && is_padding(value.back())) value = value.first(value.size() - 1);
    return std::ranges::all_of(value, is_text);
}

class DicomReader {
  public:
    /// `bytes`: from the first element on. False where they are no data set.
    bool read(ByteView bytes) {
        const std::size_t meta_bytes = read_elements(bytes, Encoding{}, true);
        bytes = bytes.subspan(meta_bytes);
        if (transfer_syntax_ != deflated_little_endian)
            read_elements(bytes, encoding_of(bytes), false);
        parties_.add_sender(value_of(0x00080080));
        parties_.add_subject({.id = value_of(0x00100020),
                              .authority = value_of(0x00100021),
                              .born = parse_message_date(value_of(0x00100030))});
        parties_.move_into(content_);
        return elements_ > 0;
    }

    /// Does it name what only DICOM names: the class of its object, or how it is written?
    [[nodiscard]] bool names_its_kind() const {
        for (const DicomTag tag : {0x00080016U, 0x00020002U, transfer_syntax})
            if (value_of(tag).starts_with(registered_by_dicom)) return true;
        return false;
    }

    Content take() { return std::move(content_); }

  private:
    /// Without the file's header, what stands where a representation would be tells.
    [[nodiscard]] Encoding encoding_of(ByteView data) const {
        if (transfer_syntax_ == implicit_little_endian) return {.is_explicit = false};
        if (transfer_syntax_ == explicit_big_endian) return {.is_big_endian = true};
        if (!transfer_syntax_.empty() || data.size() < 6) return {};
        return {.is_explicit = is_one_of(as_text(data.subspan(4, 2)), representations)};
    }

    /// Reads on until what follows is no element, beyond the end, or not of the part that is asked
    /// for: group 2, or all others up to the pixels. The bytes that it read.
    std::size_t read_elements(ByteView bytes, Encoding encoding, bool of_meta) {
        const std::size_t all = bytes.size();
        std::size_t depth = 0;          // of sequences whose length is not told
        std::size_t unknown_depth = 0;  // of the outermost such one of representation UN, or 0
        std::optional<DicomTag> last;
        while (true) {
            // PS3.5 section 6.2.2: what is within UN is implicit, little-endian.
            const bool is_unknown = unknown_depth > 0 && depth >= unknown_depth;
            const auto element =
                element_at(bytes, is_unknown ? Encoding{.is_explicit = false} : encoding);
            if (!element) break;
            const bool fits_part = (element->group() == meta_group) == of_meta;
            const bool is_in_order = !last || element->tag > *last;
            if (depth == 0 && (!fits_part || !is_in_order || element->group() >= pixel_group))
                break;
            if (depth == 0) last = element->tag;

            ByteView rest = bytes.subspan(element->header_bytes);
            if (element->tag == end_of_sequence) {
                --depth;
                if (depth < unknown_depth) unknown_depth = 0;
            } else if (element->length == undefined_length) {
                if (element->tag != item) ++depth;
                const bool begins_unknown = element->representation == "UN" && unknown_depth == 0;
                if (begins_unknown) unknown_depth = depth;
            } else if (element->tag != end_of_item) {
                if (element->length > rest.size()) break;
                if (depth == 0) add(*element, rest.first(element->length));
                rest = rest.subspan(element->length);
            }
            bytes = rest;
        }
        return all - bytes.size();
    }

    void add(const Element& element, ByteView bytes) {
        ++elements_;
        const bool is_read = std::ranges::find(dicom_groups, element.group()) != dicom_groups.end();
        if (!is_read || bytes.size() > value_limit_bytes) return;
        const bool is_text = element.representation.empty()
                                 ? looks_like_text(bytes)
                                 : is_one_of(element.representation, text_representations);
        if (!is_text) return;
        std::string value(trimmed(printable(to_utf8(bytes, charset_of(bytes)))));
        if (element.tag == character_set) character_set_ = value;
        if (element.tag == transfer_syntax) transfer_syntax_ = value;
        if (value.empty()) return;
        content_.fields.push_back(
            {.name = FieldName::canonical(Dictionary::dicom, dicom_field(element.tag)),
             .value = std::move(value)});
    }

    /// PS3.3 section C.12.1.1.2. Sets that are not known here are told by their bytes.
    [[nodiscard]] Charset charset_of(ByteView bytes) const {
        if (character_set_ == "ISO_IR 100") return Charset::windows_1252;
        const Charset guessed = guess_charset(bytes);
        const bool is_marked = guessed == Charset::utf_16_le || guessed == Charset::utf_16_be;
        return is_marked ? Charset::windows_1252 : guessed;
    }

    [[nodiscard]] std::string value_of(DicomTag tag) const {
        return content_.value(FieldName::canonical(Dictionary::dicom, dicom_field(tag)))
            .value_or("");
    }

    Content content_{.format = Format::dicom};
    Parties parties_;
    std::string character_set_;
    std::string transfer_syntax_;
    std::size_t elements_ = 0;
};

/// The first tag of a data set without the file header: of group 2 or 8.
bool may_begin_data_set(ByteView bytes) {
    if (bytes.size() < 4) return false;
    const auto group = load<std::uint16_t>(bytes, 0, Encoding{});
    return group == meta_group || group == first_data_group;
}

}  // namespace

std::optional<Content> read_dicom(const Head& head) {
    const std::string_view text = as_text(head.bytes);
    const bool has_preamble =
        text.size() > preamble_bytes && text.substr(preamble_bytes).starts_with(magic);
    const ByteView elements =
        has_preamble ? head.bytes.subspan(preamble_bytes + magic.size()) : head.bytes;
    if (!may_begin_data_set(elements)) return std::nullopt;
    DicomReader reader;
    if (!reader.read(elements)) return std::nullopt;
    if (!has_preamble && !reader.names_its_kind()) return std::nullopt;
    return reader.take();
}

}  // namespace consign::policy::content
