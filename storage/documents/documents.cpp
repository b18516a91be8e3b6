#include "storage/documents/documents.hpp"

#include <algorithm>
#include <limits>

#include "storage/database/errc.hpp"
#include "storage/database/sqlite.hpp"

namespace consign::documents {

namespace {

database::CellPlace content_cell(std::int64_t row, const Digest32& hash) {
    return {.table = "documents", .column = "content", .row = row, .bound = hash};
}

Bytes bytes_of(std::span<const NamedText> texts) {
    Bytes bytes;
    ByteWriter writer(bytes);
    writer.u32(static_cast<std::uint32_t>(texts.size()));
    for (const NamedText& text : texts) writer.string(text.name).string(text.text);
    return bytes;
}

Result<std::vector<NamedText>> texts_of(ByteView bytes) {
    ByteReader reader(bytes);
    std::vector<NamedText> texts;
    for (std::uint32_t left = reader.u32(); left > 0 && !reader.failed(); --left) {
        const auto name = as_text(reader.string());
        const auto text = as_text(reader.string());
        texts.push_back({std::string(name), std::string(text)});
    }
    if (!reader.exhausted()) return failure(database::database_errc::altered_cell);
    return texts;
}

/// The hash whose hexadecimal form begins with `hex`, and goes on with `filling`.
std::optional<Bytes> filled_up(std::string_view hex, char filling) {
    constexpr std::size_t digits = 2 * std::tuple_size_v<Digest32>;
    if (hex.size() > digits) return std::nullopt;
    return from_hex(std::string(hex).append(digits - hex.size(), filling));
}

}  // namespace

Documents::Documents(database::Connection& connection, const keyring::Keyring& keys,
                     RandomSource& random)
    : connection_(connection), keys_(keys), cells_(keys, keyring::Purpose::name, random) {}

Result<> Documents::come_into_force(const Version& version, std::span<const NamedText> texts) {
    const auto newest = versions(1);
    if (!newest) return failure(newest.error());
    if (!newest->empty() && newest->front().hash == version.hash) return {};
    const auto document = keep(version.hash, texts);
    if (!document) return failure(document.error());
    const auto done = connection_.run(
        "INSERT INTO versions (document, since, made_by, files, accounts, routes)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        *document, version.since, version.made_by, std::uint64_t{texts.size()}, version.accounts,
        version.routes);
    if (!done) return done;
    return drop_beyond_limits();
}

Result<Documents::DocumentId> Documents::keep(const Digest32& hash,
                                              std::span<const NamedText> texts) {
    auto known = connection_.query("SELECT id FROM documents WHERE hash = ?", hash);
    const auto is_known = known.next();
    if (!is_known) return failure(is_known.error());
    if (*is_known) return known.integer(0);

    const auto row = database::next_row_id(connection_, "documents");
    if (!row) return failure(row.error());
    const auto content = cells_.seal(content_cell(*row, hash),
                                     keys_.current(keyring::Purpose::name), bytes_of(texts));
    if (!content) return failure(content.error());
    const auto done = connection_.run("INSERT INTO documents (id, hash, content) VALUES (?, ?, ?)",
                                      *row, hash, *content);
    if (!done) return failure(done.error());
    return *row;
}

Result<> Documents::drop_beyond_limits() {
    // Newest first, each document counted where its newest version stands.
    const auto dropped = connection_.run(
        "DELETE FROM versions WHERE id IN (SELECT id FROM ("
        "  SELECT v.id, row_number() OVER newest_first AS place,"
        "   sum(iif(v.id = (SELECT max(id) FROM versions WHERE document = v.document),"
        "           length(d.content), 0)) OVER newest_first AS bytes"
        "  FROM versions v JOIN documents d ON d.id = v.document"
        "  WINDOW newest_first AS (ORDER BY v.id DESC ROWS UNBOUNDED PRECEDING))"
        " WHERE place > 1 AND (place > ? OR bytes > ?))",
        std::uint64_t{versions_limit}, content_limit_bytes);
    if (!dropped) return dropped;
    return connection_.run("DELETE FROM documents WHERE id NOT IN (SELECT document FROM versions)");
}

Result<std::vector<Version>> Documents::versions(std::size_t limit) {
    constexpr auto most = std::uint64_t{std::numeric_limits<std::int64_t>::max()};
    auto query = connection_.query(
        "SELECT v.since, v.made_by, d.hash, v.files, v.accounts, v.routes FROM versions v"
        " JOIN documents d ON d.id = v.document ORDER BY v.id DESC LIMIT ?",
        std::min<std::uint64_t>(limit, most));
    std::vector<Version> versions;
    for (;;) {
        const auto row = query.next();
        if (!row) return failure(row.error());
        if (!*row) break;
        versions.push_back({.since = query.time(0),
                            .made_by = std::string(query.text(1)),
                            .hash = query.digest(2),
                            .files = query.natural(3),
                            .accounts = query.natural(4),
                            .routes = query.natural(5)});
    }
    std::ranges::reverse(versions);
    return versions;
}

Result<std::optional<std::vector<NamedText>>> Documents::find(const Digest32& hash) {
    auto query = connection_.query("SELECT id, content FROM documents WHERE hash = ?", hash);
    const auto row = query.next();
    if (!row) return failure(row.error());
    if (!*row) return std::nullopt;
    const auto content = cells_.open(content_cell(query.integer(0), hash), query.blob(1));
    if (!content) return failure(content.error());
    auto texts = texts_of(*content);
    if (!texts) return failure(texts.error());
    return std::optional(*std::move(texts));
}

Result<std::vector<Digest32>> Documents::hashes_beginning(std::string_view hex, std::size_t limit) {
    std::vector<Digest32> hashes;
    const auto first = filled_up(hex, '0');
    const auto last = filled_up(hex, 'f');
    if (!first || !last) return hashes;
    auto query = connection_.query(
        "SELECT hash FROM documents WHERE hash BETWEEN ? AND ? ORDER BY hash LIMIT ?", *first,
        *last, std::uint64_t{limit});
    for (;;) {
        const auto row = query.next();
        if (!row) return failure(row.error());
        if (!*row) return hashes;
        hashes.push_back(query.digest(0));
    }
}

}  // namespace consign::documents
