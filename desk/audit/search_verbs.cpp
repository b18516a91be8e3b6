#include "desk/audit/search_verbs.hpp"

#include <fmt/format.h>

#include <atomic>
#include <boost/json.hpp>
#include <memory>

#include "base/virtual_path.hpp"
#include "desk/audit/event_question.hpp"
#include "desk/audit/follows.hpp"
#include "desk/site/unindexed.hpp"
#include "desk/verbs/administrator_act.hpp"
#include "desk/verbs/audit_rows.hpp"
#include "desk/verbs/complaint.hpp"
#include "desk/verbs/verb_arguments.hpp"

namespace consign::desk {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;

/// Rows of the ledger that one call of a watch goes through.
constexpr std::size_t followed_rows = 5000;
constexpr std::size_t sql_limit_bytes = database::question_limit_bytes;
constexpr std::string_view sql_hint =
    "; `consign audit sql --schema` shows what there is to ask about";

/// What the calls share, for as long as the table lives.
struct Shared {
    explicit Shared(Site& its_site) : site(its_site) {}

    Site& site;
    Follows follows;
    std::atomic<bool> sql_is_asked = false;
};
using SharedPointer = std::shared_ptr<Shared>;

std::size_t limit_of(VerbArguments& arguments, std::size_t unless_given) {
    return arguments.number("limit", row_limit).value_or(unless_given);
}

asio::awaitable<Answered> record(Site& site, ledger::Event event) {
    const auto recorded = co_await site.store.write(
        [&event](Transaction& transaction) { return transaction.ledger.append(event); });
    if (!recorded)
        co_return complaint(
            fmt::format("the ledger could not record this, so nothing was done: {}; "
                        "look at consignd's log",
                        recorded.error().message()));
    co_return json::object();
}

/// What was found, and how many rows could not be looked for by a sealed value that was asked for.
template <class Row>
struct Findings {
    std::vector<Row> rows{};
    std::int64_t unindexed = 0;
    bool is_about_nobody = false;  // a person was asked for, and no content here is about one such
};

template <class Row>
asio::awaitable<Answered> give(RowSink& sink, Findings<Row> found, std::size_t limit) {
    const std::vector<Row>& rows = found.rows;
    // One row more than is given out is asked for: it says that there are more.
    const bool more = rows.size() > limit;
    for (std::size_t i = more ? rows.size() - limit : 0; i < rows.size(); ++i)
        if (auto given = co_await sink.give(audit_row(rows[i])); !given)
            co_return storage_complaint(given.error());
    json::object end{{"rows", std::min(rows.size(), limit)}, {"more", more}};
    tell_unindexed(end, found.unindexed);
    if (found.is_about_nobody) end["subject_unknown"] = true;
    co_return end;
}

using Found = std::expected<Findings<ledger::EventRow>, std::string>;

Result<Found> find(Transaction& transaction, const EventQuestion& question, std::size_t limit) {
    auto filter = question.filter(transaction);
    if (!filter) return failure(filter.error());
    if (!*filter) return Found(std::unexpected(std::move(*filter).error()));
    (*filter)->limit = limit;
    auto rows = transaction.search.events(**filter);
    if (!rows) return failure(rows.error());
    Findings<ledger::EventRow> found{.rows = *std::move(rows)};
    found.is_about_nobody = (*filter)->subject && (*filter)->subject->streams.empty();
    if (question.needs_index()) {
        const auto unindexed = unindexed_rows(transaction);
        if (!unindexed) return failure(unindexed.error());
        found.unindexed = *unindexed;
    }
    return Found(std::move(found));
}

asio::awaitable<Answered> events(SharedPointer shared, VerbCall call) {
    Site& site = shared->site;
    VerbArguments arguments(call.arguments);
    const auto question = EventQuestion::from(arguments);
    const std::size_t limit = limit_of(arguments, default_row_count);
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    auto found = co_await site.store.read(
        [&](Transaction& transaction) { return find(transaction, question, limit + 1); });
    auto act = administrator_act(site, call.administrator, "audit events");
    act.personal = question.personal();
    if (!found || !*found) act.outcome = ledger::Outcome::failed;
    if (auto recorded = co_await record(site, std::move(act)); !recorded) co_return recorded;
    if (!found) co_return storage_complaint(found.error());
    if (!*found) co_return complaint(std::move(*found).error());
    co_return co_await give(call.rows, **std::move(found), limit);
}

asio::awaitable<Answered> sessions(SharedPointer shared, VerbCall call) {
    Site& site = shared->site;
    VerbArguments arguments(call.arguments);
    auto filter = session_filter_from(arguments);
    const std::size_t limit = limit_of(arguments, default_row_count);
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    filter.limit = limit + 1;
    auto found = co_await site.store.read(
        [&](Transaction& transaction) -> Result<Findings<ledger::Session>> {
            auto rows = transaction.search.sessions(filter);
            if (!rows) return failure(rows.error());
            const auto unindexed =
                filter.address ? unindexed_rows(transaction) : Result<std::int64_t>(0);
            if (!unindexed) return failure(unindexed.error());
            return Findings<ledger::Session>{*std::move(rows), *unindexed};
        });
    auto act = administrator_act(site, call.administrator, "audit sessions");
    act.personal.address = filter.address.value_or("");
    if (!found) act.outcome = ledger::Outcome::failed;
    if (auto recorded = co_await record(site, std::move(act)); !recorded) co_return recorded;
    if (!found) co_return storage_complaint(found.error());
    co_return co_await give(call.rows, *std::move(found), limit);
}

asio::awaitable<Answered> begin_follow(SharedPointer shared, VerbCall call) {
    Site& site = shared->site;
    VerbArguments arguments(call.arguments);
    Follow follow{.id = Id::random(site.random),
                  .administrator = call.administrator,
                  .question = EventQuestion::from(arguments)};
    const std::size_t limit = limit_of(arguments, 0);
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    // Of one snapshot: what comes after the last row is what has not been told.
    auto found = co_await site.store.read([&](Transaction& transaction) -> Result<Found> {
        const auto last = transaction.ledger.last_sequence();
        if (!last) return failure(last.error());
        follow.reached = *last;
        return find(transaction, follow.question, limit);
    });
    auto act = administrator_act(site, call.administrator, "audit events --follow");
    act.personal = follow.question.personal();
    if (!found || !*found) act.outcome = ledger::Outcome::failed;
    if (auto recorded = co_await record(site, std::move(act)); !recorded) co_return recorded;
    if (!found) co_return storage_complaint(found.error());
    if (!*found) co_return complaint(std::move(*found).error());
    const Id id = follow.id;
    shared->follows.begin(std::move(follow));
    auto given = co_await give(call.rows, **std::move(found), limit);
    if (!given) co_return given;
    given->insert_or_assign("follow", id.hex());
    co_return given;
}

asio::awaitable<Answered> go_on(SharedPointer shared, VerbCall call, Id id) {
    auto follow = shared->follows.take(id, call.administrator);
    if (!follow)
        co_return complaint(
            "this watch is not known any more, as after a restart of the daemon; begin it anew");
    bool more = false;
    const auto news = co_await shared->site.store.read(
        [&](Transaction& transaction) -> Result<ledger::Search::News> {
            const auto filter = follow->question.filter(transaction);
            if (!filter) return failure(filter.error());
            if (!*filter) return ledger::Search::News{.rows = {}, .reached = follow->reached};
            auto some = transaction.search.news(**filter, follow->reached, followed_rows);
            const auto last = transaction.ledger.last_sequence();
            if (!last) return failure(last.error());
            more = some && some->reached < *last;
            return some;
        });
    if (news) follow->reached = news->reached;
    shared->follows.put_back(*std::move(follow));
    if (!news) co_return storage_complaint(news.error());
    for (const auto& row : news->rows)
        if (auto given = co_await call.rows.give(audit_row(row)); !given)
            co_return storage_complaint(given.error());
    co_return json::object{{"rows", news->rows.size()}, {"more", more}};
}

asio::awaitable<Answered> follow(SharedPointer shared, VerbCall call) {
    if (!call.arguments.contains("follow"))
        co_return co_await begin_follow(std::move(shared), std::move(call));
    VerbArguments arguments(call.arguments);
    const auto id = arguments.parsed(
        "follow", [](std::string_view hex) { return Id::from_hex(hex); }, "32 hexadecimal digits");
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    co_return co_await go_on(std::move(shared), std::move(call), *id);
}

struct Shown {
    json::value operator()(std::monostate) const { return nullptr; }
    json::value operator()(std::int64_t number) const { return number; }
    json::value operator()(double number) const { return number; }
    // What the tables give is well-formed; what functions make of it need not be.
    json::value operator()(const std::string& text) const {
        return json::value(is_shown_as_it_is(text) ? text : display_name(text));
    }
    json::value operator()(const Bytes& bytes) const { return json::value(to_hex(bytes)); }

  private:
    /// Only a backslash is in the way: the tables' texts have had theirs doubled already.
    static bool is_shown_as_it_is(const std::string& text) {
        std::string single;
        for (const char byte : text)
            if (byte != '\\') single += byte;
        return display_name(single) == single;
    }
};

asio::awaitable<Answered> give_answer(RowSink& sink, database::QuestionAnswer answer) {
    json::array columns;
    for (const auto& name : answer.columns) columns.emplace_back(display_name(name));
    if (auto given = co_await sink.give({{"columns", std::move(columns)}}); !given)
        co_return storage_complaint(given.error());
    for (const auto& row : answer.rows) {
        json::array values;
        for (const auto& value : row) values.push_back(std::visit(Shown(), value));
        if (auto given = co_await sink.give({{"values", std::move(values)}}); !given)
            co_return storage_complaint(given.error());
    }
    co_return json::object{{"rows", answer.rows.size()}, {"more", answer.more}};
}

/// Holds the one place there is for a question in SQL.
class Place {
  public:
    explicit Place(std::atomic<bool>& taken) : taken_(taken), is_mine_(!taken.exchange(true)) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() {
        if (is_mine_) taken_ = false;
    }
    [[nodiscard]] bool is_mine() const { return is_mine_; }

  private:
    std::atomic<bool>& taken_;
    const bool is_mine_;
};

asio::awaitable<Answered> sql(SharedPointer shared, VerbCall call) {
    Site& site = shared->site;
    VerbArguments arguments(call.arguments);
    const auto text = arguments.text("sql");
    if (!text || text->empty() || text->size() > sql_limit_bytes)
        arguments.complain("sql", fmt::format("a SELECT of at most {} bytes", sql_limit_bytes));
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    const Place place(shared->sql_is_asked);
    if (!place.is_mine())
        co_return complaint("another question in SQL is being answered; try again once it is");
    using Asked = std::expected<database::QuestionAnswer, std::string>;
    auto asked = co_await site.store.read([&](Transaction& transaction) -> Result<Asked> {
        return transaction.inquiry.ask(*text, {.stop = site.stopping.get_token()});
    });
    // What was asked may name a person: it is kept as personal fields are, and nowhere else.
    auto act = administrator_act(site, call.administrator, "audit sql");
    act.personal.query = *text;
    if (!asked || !*asked) act.outcome = ledger::Outcome::failed;
    if (auto recorded = co_await record(site, std::move(act)); !recorded) co_return recorded;
    if (!asked) co_return storage_complaint(asked.error());
    if (!*asked)
        co_return complaint(display_name(std::move(*asked).error()) + std::string(sql_hint));
    co_return co_await give_answer(call.rows, **std::move(asked));
}

asio::awaitable<Answered> schema(SharedPointer shared, VerbCall call) {
    VerbArguments arguments(call.arguments);
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    std::vector<json::object> rows;
    const auto read = co_await shared->site.store.read([&](Transaction& transaction) -> Result<> {
        for (const auto& table : transaction.inquiry.tables())
            for (const auto& column : table->columns())
                rows.push_back({{"table", table->name()},
                                {"column", column.name},
                                {"type", column.type},
                                {"meaning", column.meaning}});
        return {};
    });
    if (!read) co_return storage_complaint(read.error());
    for (json::object& row : rows)
        if (auto given = co_await call.rows.give(std::move(row)); !given)
            co_return storage_complaint(given.error());
    co_return json::object{{"rows", rows.size()}};
}

}  // namespace

VerbTable search_verbs(Site& site) {
    const auto shared = std::make_shared<Shared>(site);
    const auto bound = [&shared](auto verb) -> VerbHandler {
        return [shared, verb](VerbCall call) { return verb(shared, std::move(call)); };
    };
    return {{"audit.events", bound(&events)},
            {"audit.sessions", bound(&sessions)},
            {"audit.follow", bound(&follow)},
            {"audit.sql", bound(&sql)},
            {"audit.schema", bound(&schema)}};
}

}  // namespace consign::desk
