#include "desk/policy_verbs.hpp"

#include <boost/json.hpp>

#include "desk/site/displayed_path.hpp"
#include "desk/site/rfc3339.hpp"
#include "desk/verbs/administrator_act.hpp"
#include "desk/verbs/complaint.hpp"
#include "desk/verbs/verb_arguments.hpp"
#include "policy/language/utf8.hpp"

namespace consign::desk {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;

/// Of the text in one row: well below what a line of an answer may have, also where each byte of it
/// has to be escaped.
constexpr std::size_t piece_limit_bytes = std::size_t{64} * 1024;

json::object version_row(const documents::Version& version) {
    return {{"time", rfc3339(version.since)}, {"hash", to_hex(version.hash)},
            {"who", version.made_by},         {"files", version.files},
            {"accounts", version.accounts},   {"routes", version.routes}};
}

/// The front of `text`, so that no character is cut; all of it where it is short.
std::string_view piece_of(std::string_view text) {
    std::size_t length = std::min(text.size(), piece_limit_bytes);
    const auto is_inside = [&](std::size_t at) {
        return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
    };
    for (std::size_t shorter = length; shorter > 0 && length - shorter < 4; --shorter)
        if (!is_inside(shorter)) return text.substr(0, shorter);
    return text.substr(0, length);
}

/// As JSON can carry it: a key file's comment may be of any charset.
std::string shown(std::string_view text) {
    std::string valid;
    while (!text.empty()) {
        const std::size_t malformed = policy::find_malformed_utf8(text);
        valid += text.substr(0, malformed);
        if (malformed == std::string_view::npos) break;
        valid += "\uFFFD";
        text.remove_prefix(malformed + 1);
    }
    return valid;
}

asio::awaitable<Result<>> give_file(RowSink& rows, const documents::NamedText& file) {
    std::string_view rest = file.text;
    do {
        const std::string_view piece = piece_of(rest);
        if (auto given = co_await rows.give({{"file", shown(file.name)}, {"text", shown(piece)}});
            !given)
            co_return given;
        rest.remove_prefix(piece.size());
    } while (!rest.empty());
    co_return Result<>{};
}

asio::awaitable<Answered> log(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    const std::size_t limit = arguments.number("limit", row_limit).value_or(default_row_count);
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    const auto versions = co_await site.store.read(
        [limit](Transaction& transaction) { return transaction.documents.versions(limit + 1); });
    const auto outcome = versions ? ledger::Outcome::granted : ledger::Outcome::failed;
    if (auto recorded = co_await record_act(site, call.administrator, "policy log", outcome);
        !recorded)
        co_return recorded;
    if (!versions) co_return storage_complaint(versions.error());
    const bool more = versions->size() > limit;
    for (std::size_t at = more ? 1 : 0; at < versions->size(); ++at)
        if (auto given = co_await call.rows.give(version_row((*versions)[at])); !given)
            co_return storage_complaint(given.error());
    co_return json::object{{"rows", std::min(versions->size(), limit)}, {"more", more}};
}

asio::awaitable<std::expected<Digest32, std::string>> version_meant(
    Site& site, std::optional<std::string> hash) {
    if (!hash) co_return site.policy.current()->hash;
    const auto found = co_await site.store.read([&hash](Transaction& transaction) {
        return transaction.documents.hashes_beginning(*hash, 2);
    });
    if (!found) co_return storage_complaint(found.error());
    if (found->empty())
        co_return complaint(
            "no policy of this hash is kept; `consign policy log` shows those that are");
    if (found->size() > 1)
        co_return complaint("several policies' hashes begin so; give more of its digits");
    co_return found->front();
}

asio::awaitable<Answered> show(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    auto hash = arguments.text("hash");
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    const auto meant = co_await version_meant(site, std::move(hash));
    if (!meant) {
        if (auto recorded = co_await record_act(site, call.administrator, "policy show",
                                                ledger::Outcome::failed);
            !recorded)
            co_return recorded;
        co_return complaint(meant.error());
    }
    const auto files = co_await site.store.read(
        [&meant](Transaction& transaction) { return transaction.documents.find(*meant); });
    const bool is_kept = files && *files;
    if (auto recorded =
            co_await record_act(site, call.administrator, "policy show",
                                is_kept ? ledger::Outcome::granted : ledger::Outcome::failed);
        !recorded)
        co_return recorded;
    if (!files) co_return storage_complaint(files.error());
    if (!*files)
        co_return complaint("the policy in force is not kept; consignd keeps it when it starts");
    for (const documents::NamedText& file : **files)
        if (auto given = co_await give_file(call.rows, file); !given)
            co_return storage_complaint(given.error());
    co_return json::object{{"hash", to_hex(*meant)}, {"files", (*files)->size()}};
}

}  // namespace

VerbTable policy_verbs(Site& site) {
    return {{"policy.log", [&site](VerbCall call) { return log(site, std::move(call)); }},
            {"policy.show", [&site](VerbCall call) { return show(site, std::move(call)); }}};
}

}  // namespace consign::desk
