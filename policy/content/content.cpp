#include "policy/content/content.hpp"

#include <algorithm>
#include <array>

#include "policy/content/csv.hpp"
#include "policy/content/dicom.hpp"
#include "policy/content/head.hpp"
#include "policy/content/hl7.hpp"
#include "policy/content/hprim_medecin.hpp"
#include "policy/content/hprim_sante.hpp"
#include "policy/content/pdf.hpp"
#include "policy/content/text_pieces.hpp"
#include "policy/content/unpacker.hpp"
#include "policy/content/xml.hpp"

namespace consign::policy::content {

namespace {

// What is told apart by what stands at fixed places comes first, what only looks alike comes last.
constexpr std::array readers{read_dicom, read_hl7,           read_hprim_sante, read_xml,
                             read_pdf,   read_hprim_medecin, read_csv};

Content read_unpacked(ByteView bytes) {
    const Head head(bytes);
    for (const auto read : readers)
        if (auto content = read(head)) return std::move(*content);
    return {};
}

/// Up to head_limit_bytes of what is packed.
Bytes unpacked_head(Packing packing, ByteView packed) {
    Bytes unpacked;
    Unpacker unpacker(packing);
    unpacker.add(packed, [&](ByteView piece) {
        const std::size_t room = head_limit_bytes - unpacked.size();
        const ByteView fitting = piece.first(std::min(piece.size(), room));
        unpacked.insert(unpacked.end(), fitting.begin(), fitting.end());
        return unpacked.size() < head_limit_bytes;
    });
    return unpacked;
}

/// Whatever component of it is asked for.
const Field* find(const std::vector<Field>& fields, const FieldName& name) {
    const auto field = std::ranges::find_if(fields, [&](const Field& one) {
        return one.name.dictionary() == name.dictionary() && one.name.field() == name.field();
    });
    return field == fields.end() ? nullptr : &*field;
}

}  // namespace

std::string_view name_of(Format format) {
    switch (format) {
        case Format::other:
            return "other";
        case Format::hl7:
            return "hl7";
        case Format::hprim_sante:
            return "hprim-sante";
        case Format::hprim_medecin:
            return "hprim-medecin";
        case Format::dicom:
            return "dicom";
        case Format::pdf:
            return "pdf";
        case Format::xml:
            return "xml";
        case Format::csv:
            return "csv";
    }
    __builtin_unreachable();
}

std::string_view name_of(Packing packing) {
    switch (packing) {
        case Packing::none:
            return "none";
        case Packing::gzip:
            return "gzip";
        case Packing::zip:
            return "zip";
    }
    __builtin_unreachable();
}

std::optional<std::string> Content::value(const FieldName& name) const {
    const Field* const field = find(fields, name);
    if (!field) return std::nullopt;
    if (name.component() == 0) return field->value;
    const std::string_view first = part(field->value, '~', 1);
    const std::string_view asked = part(first, '^', name.component());
    return asked.empty() ? std::nullopt : std::optional<std::string>(asked);
}

std::optional<std::string> Content::values(const FieldName& name) const {
    const Field* const field = find(fields, name);
    if (!field) return std::nullopt;
    if (name.component() == 0) return field->value;
    std::string all;
    for (const std::string_view repetition : split(field->value, '~')) {
        const std::string_view asked = part(repetition, '^', name.component());
        if (asked.empty()) continue;
        if (!all.empty()) all += '~';
        all += asked;
    }
    return all.empty() ? std::nullopt : std::optional(std::move(all));
}

Content read_content(ByteView head) {
    head = head.first(std::min(head.size(), head_limit_bytes));
    const Packing packing = packing_of(head);
    const Bytes unpacked = packing == Packing::none ? Bytes() : unpacked_head(packing, head);
    const ByteView bytes = packing == Packing::none ? head : ByteView(unpacked);
    Content content = packing_of(bytes) == Packing::none ? read_unpacked(bytes) : Content();
    content.packing = packing;
    // Another message may follow, in what was not read or in another member.
    const bool holds_messages = content.format == Format::hl7 ||
                                content.format == Format::hprim_sante ||
                                content.format == Format::hprim_medecin;
    if ((holds_messages && bytes.size() == head_limit_bytes) || packing == Packing::zip)
        content.has_unknown_subject = true;
    return content;
}

}  // namespace consign::policy::content
