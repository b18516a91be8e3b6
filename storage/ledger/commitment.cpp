#include "storage/ledger/commitment.hpp"

#include <algorithm>
#include <utility>

#include "base/evp.hpp"

namespace consign::ledger {

namespace {

constexpr std::array fields_of_personal{
    std::pair{std::string_view("path"), &Personal::path},
    std::pair{std::string_view("second_path"), &Personal::second_path},
    std::pair{std::string_view("address"), &Personal::address},
    std::pair{std::string_view("sha256"), &Personal::sha256},
    std::pair{std::string_view("subject"), &Personal::subject},
    std::pair{std::string_view("query"), &Personal::query},
};

std::optional<std::vector<OpenedField>> parse(ByteView openings) {
    ByteReader reader(openings);
    std::vector<OpenedField> fields(reader.u8());
    for (OpenedField& field : fields) {
        field.name = as_text(reader.string());
        const ByteView salt = reader.take(field.salt.size());
        std::ranges::copy(salt, field.salt.begin());
        field.value = as_text(reader.string());
    }
    if (!reader.exhausted()) return std::nullopt;
    return fields;
}

}  // namespace

std::vector<OpenedField> salted(const Personal& personal, RandomSource& random) {
    std::vector<OpenedField> fields;
    for (const auto& [name, member] : fields_of_personal)
        if (const std::string& value = personal.*member; !value.empty())
            fields.push_back({std::string(name), random.array<sizeof(Salt)>(), value});
    return fields;
}

Digest32 commitment(const OpenedField& field) {
    return evp::sha256({field.salt, as_bytes(field.value)});
}

Bytes commitments(const std::vector<OpenedField>& fields) {
    Bytes bytes;
    ByteWriter writer(bytes);
    writer.u8(static_cast<std::uint8_t>(fields.size()));
    for (const OpenedField& field : fields) writer.string(field.name).raw(commitment(field));
    return bytes;
}

Bytes openings(const std::vector<OpenedField>& fields) {
    Bytes bytes;
    ByteWriter writer(bytes);
    writer.u8(static_cast<std::uint8_t>(fields.size()));
    for (const OpenedField& field : fields)
        writer.string(field.name).raw(field.salt).string(field.value);
    return bytes;
}

std::optional<std::vector<OpenedField>> opened_fields(ByteView committed, ByteView opened) {
    auto fields = parse(opened);
    if (!fields || !std::ranges::equal(commitments(*fields), committed)) return std::nullopt;
    return fields;
}

std::optional<Personal> open_commitments(ByteView committed, ByteView opened) {
    const auto fields = opened_fields(committed, opened);
    if (!fields) return std::nullopt;
    Personal personal;
    // A field of a newer version has no member here: its commitment was still checked above.
    for (const OpenedField& field : *fields)
        for (const auto& [name, member] : fields_of_personal)
            if (name == field.name) personal.*member = field.value;
    return personal;
}

}  // namespace consign::ledger
