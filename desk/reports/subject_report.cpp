#include "desk/reports/subject_report.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <unordered_set>

#include "desk/site/rfc3339.hpp"
#include "desk/site/unindexed.hpp"
#include "desk/verbs/audit_rows.hpp"
#include "desk/verbs/content_row.hpp"
#include "desk/verbs/subject_argument.hpp"

namespace consign::desk {

namespace asio = boost::asio;
namespace json = boost::json;
using catalog::FileId;

namespace {

constexpr std::size_t page_lives = 64;
constexpr std::size_t page_events = 500;
constexpr std::size_t page_holds = 256;
constexpr std::size_t acts_limit = 10'000;
constexpr std::size_t counted_acts = 1'000'000;

json::value moment(const std::optional<Timestamp>& time) {
    return time ? json::value(rfc3339(*time)) : json::value();
}

json::value day(const std::optional<std::chrono::sys_days>& date) {
    return date ? json::value(full_date(*date)) : json::value();
}

json::object hold_row(const terms::Hold& hold, const Id& stream) {
    return {{"kind", "hold"},
            {"stream", stream.hex()},
            {"hold", hold.id},
            {"made", rfc3339(hold.made)},
            {"made_by", display_name(hold.made_by)},
            {"case", display_name(hold.case_number)},
            {"reason", display_name(hold.reason)},
            {"lifted", moment(hold.lifted)},
            {"lift_reason", display_name(hold.lift_reason)}};
}

/// Who only asked about a person made nothing known about them: a slip of the pen, asked twice, is
/// nobody still.
bool is_question(const ledger::EventRow& act) {
    return act.event.action == ledger::Action::administrator_acted &&
           act.event.detail != "subject set";
}

json::array targets_of(const policy::Policy& policy) {
    json::array targets;
    for (const auto& [name, target] : policy.targets)
        if (target.scheme != "file")
            targets.push_back(json::object{{"name", name}, {"residency", target.residency}});
    return targets;
}

/// Of a content: names that cannot be read are left out.
void add_names(Transaction& transaction, FileId file, json::object& row,
               std::vector<json::object>& rows) {
    json::array paths;
    const auto names = transaction.catalog.names_of(file);
    if (names) {
        for (const catalog::Entry& name : *names) {
            const auto path = transaction.catalog.path_of(name.node);
            if (!path) continue;
            paths.emplace_back(path->display());
            rows.push_back({{"kind", "name"},
                            {"stream", row.at("stream")},
                            {"path", path->display()},
                            {"made_by", display_name(name.made_by)},
                            {"created", rfc3339(name.created)}});
        }
    }
    row["paths"] = std::move(paths);
}

}  // namespace

asio::awaitable<Result<bool>> SubjectReport::has_something() {
    if (auto collected = co_await collect_acts(); !collected) co_return failure(collected.error());
    co_return id_.has_value() || acts_left_out_ > 0 ||
        std::ranges::any_of(acts_, [](const ledger::EventRow& act) { return !is_question(act); });
}

asio::awaitable<Result<>> SubjectReport::tell() {
    auto first = co_await site_.store.read(
        [&](Transaction& transaction) -> Result<json::object> { return head(transaction); });
    if (!first) co_return failure(first.error());
    if (auto given = co_await sink_.give(*std::move(first)); !given) co_return given;
    if (id_) {
        if (auto collected = co_await collect_files(); !collected) co_return collected;
        if (auto collected = co_await collect_holds(); !collected) co_return collected;
    }
    for (const FileId file : about_)
        if (auto told = co_await tell_file(file); !told) co_return told;
    co_return co_await tell_acts();
}

/// A file may be about the person by several classes, which it was given at different times.
asio::awaitable<Result<>> SubjectReport::collect_files() {
    std::unordered_set<FileId> known;
    for (catalog::LifeId last = 0;;) {
        const auto lives = co_await site_.store.read([&](Transaction& transaction) {
            return transaction.catalog.lives_about(*id_, last, page_lives);
        });
        if (!lives) co_return failure(lives.error());
        if (lives->empty()) co_return Result<>{};
        last = lives->back().life;
        for (const auto& life : *lives)
            if (known.insert(life.file).second) about_.push_back(life.file);
    }
}

/// All holds are read once, however many files there are; those on others' files are not kept.
asio::awaitable<Result<>> SubjectReport::collect_holds() {
    const std::unordered_set<FileId> files(about_.begin(), about_.end());
    for (terms::HoldId last = 0;;) {
        auto page = co_await site_.store.read([&](Transaction& transaction) {
            return transaction.holds.list(last, true, page_holds);
        });
        if (!page) co_return failure(page.error());
        if (page->empty()) co_return Result<>{};
        last = page->back().id;
        for (terms::Hold& hold : *page)
            if (hold.subject == *id_ || !hold.account.empty() || files.contains(hold.file))
                holds_.push_back(std::move(hold));
    }
}

/// The newest of them; how many that leaves out is told.
asio::awaitable<Result<>> SubjectReport::collect_acts() {
    co_return co_await site_.store.read([&](Transaction& transaction) -> Result<> {
        auto acts = transaction.search.events(
            {.subject = ledger::AboutSubject{.subject = text_of(subject_)}, .limit = acts_limit});
        if (!acts) return failure(acts.error());
        acts_ = *std::move(acts);
        const auto unindexed = unindexed_rows(transaction);
        if (!unindexed) return failure(unindexed.error());
        unindexed_ = *unindexed;
        if (acts_.size() < acts_limit) return {};
        const auto all = transaction.event_index.find(ledger::IndexField::subject,
                                                      text_of(subject_), counted_acts);
        if (!all) return failure(all.error());
        acts_left_out_ = std::max(all->size(), acts_.size()) - acts_.size();
        return {};
    });
}

asio::awaitable<Result<>> SubjectReport::give(std::vector<json::object> rows) {
    for (json::object& row : rows)
        if (auto given = co_await sink_.give(std::move(row)); !given) co_return given;
    co_return Result<>{};
}

asio::awaitable<Result<>> SubjectReport::tell_file(FileId file) {
    auto found = co_await site_.store.read(
        [&](Transaction& transaction) { return content(transaction, file); });
    if (!found) co_return failure(found.error());
    if (found->rows.empty()) co_return Result<>{};
    ++files_;
    const Id stream = found->stream;
    if (auto given = co_await give(std::move(found->rows)); !given) co_return given;
    co_return co_await tell_events(stream);
}

asio::awaitable<Result<>> SubjectReport::tell_events(Id stream) {
    for (std::int64_t last = 0;;) {
        const auto page = co_await site_.store.read([&](Transaction& transaction) {
            return transaction.report_rows.events_about(stream, last, page_events);
        });
        if (!page) co_return failure(page.error());
        if (page->empty()) co_return Result<>{};
        for (const ledger::EventRow& row : *page) {
            last = row.sequence;
            ++events_;
            forgotten_ += row.personal_readable ? 0 : 1;
            if (auto given = co_await sink_.give(event_row(row, "event")); !given) co_return given;
        }
    }
}

asio::awaitable<Result<>> SubjectReport::tell_acts() {
    for (const ledger::EventRow& row : acts_)
        if (auto given = co_await sink_.give(event_row(row, "act")); !given) co_return given;
    co_return Result<>{};
}

json::object SubjectReport::head(Transaction& transaction) const {
    const auto known = id_ ? transaction.catalog.subject(*id_)
                           : Result<std::optional<catalog::Subject>>(std::nullopt);
    const bool is_readable = known && *known;
    const auto policy = site_.policy.current();
    return {{"kind", "subject"},
            {"subject", text_of(subject_)},
            {"site", policy->site},
            {"controller", policy->controller.name},
            {"contact", policy->controller.contact},
            {"dpo", policy->controller.dpo},
            {"residency", policy->residency},
            {"targets", targets_of(*policy)},
            {"time", rfc3339(site_.clock.now())},
            {"readable", is_readable},
            {"born", is_readable ? day((*known)->born) : json::value()},
            {"died", is_readable ? day((*known)->died) : json::value()}};
}

Result<SubjectReport::Content> SubjectReport::content(Transaction& transaction, FileId file) const {
    Content content;
    const auto settled = transaction.terms.find(file);
    if (!settled) return failure(settled.error());
    auto row = content_row(transaction, file, *settled ? (*settled)->term : terms::Term{});
    if (!row) return failure(row.error());
    if (!*row) return content;
    const auto stream = transaction.catalog.stream_of(file);
    if (!stream) return failure(stream.error());
    content.stream = *stream;
    (**row)["kind"] = "file";
    (**row)["classes"] = classes_of(transaction, file);
    std::vector<json::object> below;
    add_names(transaction, file, **row, below);
    auto holds = holds_on(file, std::string((**row)["depositor"].as_string()), content.stream);
    content.rows.push_back(**std::move(row));
    for (json::object& name : below) content.rows.push_back(std::move(name));
    for (json::object& hold : holds) content.rows.push_back(std::move(hold));
    return content;
}

/// What it is kept for, by each class that it has.
json::array SubjectReport::classes_of(Transaction& transaction, FileId file) const {
    json::array classes;
    const auto policy = site_.policy.current();
    const auto lives = transaction.catalog.lives_of(file);
    if (!lives) return classes;
    for (const catalog::Life& life : *lives) {
        json::object row{{"class", life.class_name},
                         {"deposited", rfc3339(life.deposited)},
                         {"last_pickup", moment(life.last_pickup)}};
        if (const auto found = policy->classes.find(life.class_name);
            found != policy->classes.end()) {
            row["purpose"] = found->second.purpose;
            row["legal_basis"] = found->second.legal_basis;
            row["recipients"] = found->second.recipients;
            row["data"] = found->second.data;
            row["keep"] = policy::text_of(found->second.keep);
        }
        classes.push_back(std::move(row));
    }
    return classes;
}

std::vector<json::object> SubjectReport::holds_on(FileId file, const std::string& depositor,
                                                  const Id& stream) const {
    std::vector<json::object> rows;
    for (const terms::Hold& hold : holds_)
        if (hold.file == file || hold.subject == *id_ ||
            (!hold.account.empty() && hold.account == depositor))
            rows.push_back(hold_row(hold, stream));
    return rows;
}

json::object SubjectReport::event_row(const ledger::EventRow& row, std::string_view kind) const {
    json::object told = audit_row(row);
    told["kind"] = kind;
    const auto policy = site_.policy.current();
    const auto account = policy->accounts.find(row.event.account);
    told["account_name"] = account == policy->accounts.end() ? std::string() : account->second.name;
    // Where a peer stood concerns the peer, not the person.
    told.erase("address");
    return told;
}

json::object SubjectReport::end() const {
    json::object end{{"files", files_},
                     {"events", events_},
                     {"acts", acts_.size()},
                     {"acts_left_out", acts_left_out_},
                     {"forgotten", forgotten_}};
    tell_unindexed(end, unindexed_);
    return end;
}

}  // namespace consign::desk
