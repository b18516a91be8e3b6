#include "storage/terms/holds.hpp"

#include "storage/database/errc.hpp"
#include "storage/database/sqlite.hpp"

namespace consign::terms {

namespace {

constexpr std::string_view select_holds =
    "SELECT id, file, subject, account, made, made_by, words, lifted, lifted_by,"
    " claim FROM holds WHERE ";

std::string holds_where(std::string_view condition) {
    return std::string(select_holds).append(condition);
}

database::CellPlace words_cell(HoldId id) {
    return {.table = "holds", .column = "words", .row = id};
}

Bytes words_of(const Hold& hold) {
    Bytes bytes;
    ByteWriter(bytes)
        .string(hold.about)
        .string(hold.case_number)
        .string(hold.reason)
        .string(hold.lift_reason);
    return bytes;
}

}  // namespace

Holds::Holds(database::Connection& connection, const keyring::Keyring& keys, RandomSource& random)
    : connection_(connection), keys_(keys), cells_(keys, keyring::Purpose::name, random) {}

Result<HoldId> Holds::add(const Hold& hold) {
    const auto id = database::next_row_id(connection_, "holds");
    if (!id) return failure(id.error());
    const auto words =
        cells_.seal(words_cell(*id), keys_.current(keyring::Purpose::name), words_of(hold));
    if (!words) return failure(words.error());
    const auto file = hold.file == 0 ? std::nullopt : std::optional(hold.file);
    const auto subject = hold.subject == 0 ? std::nullopt : std::optional(hold.subject);
    const auto account = hold.account.empty() ? std::nullopt : std::optional(hold.account);
    const auto done = connection_.run(
        "INSERT INTO holds (id, file, subject, account, made, made_by, words, claim)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        *id, file, subject, account, hold.made, hold.made_by, *words, std::int64_t{hold.is_claim});
    if (!done) return failure(done.error());
    return *id;
}

Result<bool> Holds::lift(const Hold& hold, Timestamp now, const std::string& by,
                         const std::string& reason) {
    Hold ended = hold;
    ended.lift_reason = reason;
    const auto words =
        cells_.seal(words_cell(hold.id), keys_.current(keyring::Purpose::name), words_of(ended));
    if (!words) return failure(words.error());
    const auto done = connection_.run(
        "UPDATE holds SET lifted = ?, lifted_by = ?, words = ? WHERE id = ? AND lifted IS NULL",
        now, by, *words, hold.id);
    if (!done) return failure(done.error());
    return connection_.changes() == 1;
}

Result<std::vector<Hold>> Holds::holds_of(database::Statement query) {
    std::vector<Hold> holds;
    for (;;) {
        const auto row = query.next();
        if (!row) return failure(row.error());
        if (!*row) return holds;
        Hold& hold = holds.emplace_back();
        hold.id = query.integer(0);
        hold.file = query.integer(1);
        hold.subject = query.integer(2);
        hold.account = query.text(3);
        hold.made = query.time(4);
        hold.made_by = query.text(5);
        const auto words = cells_.open(words_cell(hold.id), query.blob(6));
        if (!words && words.error() != database::database_errc::altered_cell)
            return failure(words.error());
        if (words) {
            ByteReader in(*words);
            hold.about = as_text(in.string());
            hold.case_number = as_text(in.string());
            hold.reason = as_text(in.string());
            hold.lift_reason = as_text(in.string());
        }
        hold.words_altered = !words.has_value();
        if (!query.is_null(7)) hold.lifted = query.time(7);
        hold.lifted_by = query.text(8);
        hold.is_claim = query.integer(9) != 0;
    }
}

Result<std::vector<Hold>> Holds::list(HoldId after, bool lifted_too, std::size_t limit) {
    return holds_of(
        connection_.query(holds_where(lifted_too ? "id > ? ORDER BY id LIMIT ?"
                                                 : "id > ? AND lifted IS NULL ORDER BY id LIMIT ?"),
                          after, std::uint64_t{limit}));
}

Result<std::optional<Hold>> Holds::find(HoldId id) {
    auto holds = holds_of(connection_.query(holds_where("id = ?"), id));
    if (!holds) return failure(holds.error());
    if (holds->empty()) return std::nullopt;
    return std::move(holds->front());
}

Result<std::uint64_t> Holds::count() {
    auto query = connection_.query("SELECT count(*) FROM holds WHERE lifted IS NULL");
    const auto row = query.next();
    if (!row) return failure(row.error());
    return query.natural(0);
}

Result<bool> Holds::any() {
    auto query = connection_.query("SELECT 1 FROM holds WHERE lifted IS NULL LIMIT 1");
    return query.next();
}

Result<> Holds::bind_arrival(std::int64_t file, std::int64_t subject) {
    return connection_.run(
        "INSERT INTO held_files (file, hold)"
        " SELECT ?, id FROM holds WHERE lifted IS NULL AND subject = ? ON CONFLICT DO NOTHING",
        file, subject);
}

}  // namespace consign::terms
