// What a file is, read from its first bytes: a format, and the fields that routes and classes ask
// for. Pure, and total: any bytes give an answer, in time and memory in proportion to
// head_limit_bytes. Nothing of what is read here may reach a log.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "policy/content/field_name.hpp"
#include "policy/content/subject.hpp"

namespace consign::policy::content {

/// So much of a file is looked at, and so much of what a packed one unpacks to.
inline constexpr std::size_t head_limit_bytes = std::size_t{64} * 1024;

enum class Format : std::uint8_t { other, hl7, hprim_sante, hprim_medecin, dicom, pdf, xml, csv };
[[nodiscard]] std::string_view name_of(Format format);  // "hl7", "hprim-sante", ...

/// What the format stands in. The first member of a zip that is a file counts.
enum class Packing : std::uint8_t { none, gzip, zip };
[[nodiscard]] std::string_view name_of(Packing packing);

/// A field as the file has it: UTF-8 (control bytes left out), HL7 and HPRIM with their own
/// delimiters written as `^`, `&` and `~`, escapes undone. MSH-1, MSH-2 and H-2 are the delimiters
/// themselves. DICOM's values are parted by `\`; the names of CSV's columns by `^`.
struct Field {
    FieldName name;
    std::string value;
};

struct Content {
    Format format = Format::other;
    Packing packing = Packing::none;
    bool is_batch = false;        // HL7: FHS or BHS stands first; HPRIM: several messages
    std::vector<Field> fields{};  // of the first message or object, each present one once
    /// Who the file says that it comes from: HL7 MSH-4.1 and MSH-4.2 of every message, and of FHS
    /// and BHS; HPRIM's sender, code and name; DICOM's InstitutionName. Each once; empty parts are
    /// left out.
    std::vector<std::string> senders{};
    /// Whom it is about: each once. Empty where nothing is said.
    std::vector<Subject> subjects{};
    /// It may be about others, too: one has no identifier, or not all of it was read.
    bool has_unknown_subject = false;

    /// The whole field, or the component (counting from 1) of its first repetition that the name
    /// asks for; nothing where the file has none, or an empty one.
    [[nodiscard]] std::optional<std::string> value(const FieldName& name) const;
    /// The same, but the component of each of its repetitions, with `~` between them: what is asked
    /// of a field that repeats is asked of each.
    [[nodiscard]] std::optional<std::string> values(const FieldName& name) const;
};

/// `head`: the file's first bytes, up to head_limit_bytes of them. Fewer bytes of a file give the
/// same format, or `other` where they are too few to tell (a table, though, is csv until a record
/// contradicts).
[[nodiscard]] Content read_content(ByteView head);

}  // namespace consign::policy::content
