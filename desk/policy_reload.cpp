#include "desk/policy_reload.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/offload.hpp"
#include "desk/housekeeping.hpp"
#include "desk/restart_needed.hpp"

namespace consign::desk {

namespace asio = boost::asio;

namespace {

bool is_mistake(const policy::Problem& problem) {
    return problem.severity == policy::Problem::Severity::error;
}

bool is_same(const policy::SourceFile& one, const policy::SourceFile& other) {
    return one.name == other.name && one.text == other.text;
}

/// Where, and not what: what is wrong may quote what stands there.
std::string mistakes_text(const std::vector<policy::Problem>& problems) {
    const auto mistakes = std::ranges::count_if(problems, is_mistake);
    const auto first = std::ranges::find_if(problems, is_mistake);
    return fmt::format("{} mistake{}, the first at {}:{}:{}", mistakes, mistakes == 1 ? "" : "s",
                       first->file, first->line, first->column);
}

std::string shortened_text(const Shortened& shortened) {
    std::vector<std::string> classes;
    std::string ledger;
    for (const auto& [name, files] : shortened)
        if (name == ledger_keep)
            ledger = fmt::format("the ledger would forget sooner: {}", name);
        else
            classes.push_back(fmt::format("{} ({} file{})", name, files, files == 1 ? "" : "s"));
    if (classes.empty()) return ledger;
    return fmt::format("content in the store would end sooner: {}{}{}", fmt::join(classes, ", "),
                       ledger.empty() ? "" : "; ", ledger);
}

bool all_accepted(const PolicyReload::Request& request, const Shortened& shortened) {
    return std::ranges::all_of(
        shortened, [&](const auto& each) { return request.accept.contains(each.first); });
}

/// The first name that is no class of either policy; empty where there is none.
std::string not_a_class(const std::set<std::string, std::less<>>& names,
                        const policy::Policy& before, const policy::Loaded& after) {
    for (const std::string& name : names)
        if (name != ledger_keep && !before.classes.contains(name) && after.policy &&
            !after.policy->classes.contains(name))
            return name;
    return {};
}

ledger::Event event_of(const Site& site, std::string account, ledger::Action action,
                       Digest32 policy) {
    ledger::Event event;
    event.time = site.clock.now();
    event.action = action;
    event.protocol = account.starts_with("admin:") ? "control" : "";
    event.account = std::move(account);
    event.policy = policy;
    return event;
}

}  // namespace

PolicyReload::PolicyReload(Site& site, std::filesystem::path consign_yaml,
                           const policy::Loaded& first)
    : site_(site),
      consign_yaml_(std::move(consign_yaml)),
      started_with_(first.policy),
      files_(first.files),
      folders_(folders_read()),
      since_(site.started) {}

asio::awaitable<Result<>> PolicyReload::keep_first() {
    const auto last = co_await last_kept();
    if (!last) co_return failure(last.error());
    if (last->is_there) {
        // A policy without classes ends nothing: compared with it, all that could end is told.
        const auto before = last->policy ? last->policy : std::make_shared<const policy::Policy>();
        auto shortened = co_await would_end_sooner(site_, before, started_with_);
        if (!shortened) co_return failure(shortened.error());
        if (!shortened->empty() && last->policy) {
            site_.policy.replace(before);
            co_await refuse({}, shortened_text(*shortened));
            co_return Result<>{};
        }
        if (!shortened->empty()) {
            ends_nothing_ = before;
            site_.log.error(
                "the policy that was in force last does not load any more: nothing ends until this "
                "one is accepted; `consign status` tells why");
            co_await record_refusal({}, "the version that was in force last does not load: " +
                                            shortened_text(*shortened));
            co_return Result<>{};
        }
    }
    co_return co_await keep(*started_with_, "system:daemon", {});
}

asio::awaitable<Result<PolicyReload::LastKept>> PolicyReload::last_kept() const {
    LastKept last;
    std::vector<policy::SourceFile> files;
    const auto read = co_await site_.store.read([&](Transaction& transaction) -> Result<> {
        const auto versions = transaction.documents.versions(1);
        if (!versions) return failure(versions.error());
        if (versions->empty()) return {};
        last.is_there = true;
        if (versions->front().hash == started_with_->hash) {
            last.policy = started_with_;
            return {};
        }
        auto texts = transaction.documents.find(versions->front().hash);
        if (!texts) return failure(texts.error());
        if (!*texts) return {};
        for (documents::NamedText& text : **texts)
            files.push_back({std::move(text.name), std::move(text.text)});
        return {};
    });
    if (!read) co_return failure(read.error());
    if (files.empty()) co_return last;
    // The server's file is the first, and may have had another name then.
    auto load = [&] {
        return policy::load_kept(files, consign_yaml_.parent_path() / files.front().name,
                                 site_.clock.now());
    };
    last.policy = (co_await offload(site_.store.pool(), load)).policy;
    co_return last;
}

asio::awaitable<PolicyReload::Outcome> PolicyReload::take(Request request) {
    auto load = [this] { return policy::load(consign_yaml_, site_.clock.now()); };
    policy::Loaded loaded = co_await offload(site_.store.pool(), load);
    Outcome outcome{.problems = loaded.problems};
    const std::string stranger = not_a_class(request.accept, *site_.policy.current(), loaded);
    if (!stranger.empty()) {
        outcome.problems.push_back(
            {.file = "--accept-shorter-retention",
             .message = fmt::format("neither policy has the class {}", stranger)});
        co_await refuse(request, "a class was accepted that neither policy has");
        co_return outcome;
    }
    const bool same_files = std::ranges::equal(loaded.files, files_, is_same);
    files_ = loaded.files;
    folders_.merge(folders_read());
    // What a look at the same files would tell, it has told already.
    if (request.on_change && same_files) {
        outcome.taken = !refusal_;
        co_return outcome;
    }
    auto why = co_await objection(request, loaded, outcome);
    if (why.empty()) {
        auto event =
            event_of(site_, request.account, ledger::Action::policy_loaded, loaded.policy->hash);
        if (!outcome.shortened.empty())
            event.detail = "accepted: " + shortened_text(outcome.shortened);
        if (const auto kept = co_await keep(*loaded.policy, request.account, std::move(event));
            !kept) {
            outcome.store_failed = kept.error();
            why = "the store could not keep it";
        }
    }
    if (!why.empty()) {
        co_await refuse(request, std::move(why));
        co_return outcome;
    }
    if (loaded.policy->hash != site_.policy.current()->hash) {
        site_.policy.replace(loaded.policy);
        since_ = site_.clock.now();
    }
    folders_ = folders_read();
    ends_nothing_.reset();
    outcome.taken = true;
    outcome.restart_needed = restart_needed();
    refusal_.reset();
    ++taken_;
    if (const auto made = co_await make_folders(site_); !made)
        site_.log.error("the policy's folders could not be made", {{"why", made.error()}});
    site_.log.info("policy taken", {{"accounts", loaded.policy->accounts.size()},
                                    {"routes", loaded.policy->routes.size()}});
    co_return outcome;
}

asio::awaitable<std::string> PolicyReload::objection(const Request& request,
                                                     const policy::Loaded& loaded,
                                                     Outcome& outcome) const {
    if (!loaded.policy) co_return mistakes_text(loaded.problems);
    const auto before = ends_nothing_ ? ends_nothing_ : site_.policy.current();
    auto shortened = co_await would_end_sooner(site_, before, loaded.policy);
    if (!shortened) {
        outcome.store_failed = shortened.error();
        co_return "the store could not be looked through for content that would end sooner";
    }
    outcome.shortened = *std::move(shortened);
    if (!all_accepted(request, outcome.shortened)) co_return shortened_text(outcome.shortened);
    co_return std::string();
}

asio::awaitable<Result<>> PolicyReload::keep(const policy::Policy& policy, std::string made_by,
                                             std::optional<ledger::Event> event) {
    std::vector<documents::NamedText> texts;
    texts.reserve(files_.size());
    for (const policy::SourceFile& file : files_) texts.push_back({file.name, file.text});
    const documents::Version version{.since = event ? event->time : site_.clock.now(),
                                     .made_by = std::move(made_by),
                                     .hash = policy.hash,
                                     .accounts = policy.accounts.size(),
                                     .routes = policy.routes.size()};
    co_return co_await site_.store.write([&](Transaction& transaction) -> Result<> {
        if (auto kept = transaction.documents.come_into_force(version, texts); !kept) return kept;
        if (!event) return {};
        if (auto appended = transaction.ledger.append(*event); !appended)
            return failure(appended.error());
        return {};
    });
}

asio::awaitable<void> PolicyReload::refuse(const Request& request, std::string why) {
    site_.log.error("policy refused: the last good one stays; `consign status` tells why");
    co_await record_refusal(request, std::move(why));
}

asio::awaitable<void> PolicyReload::record_refusal(const Request& request, std::string why) {
    ++refused_;
    auto event = event_of(site_, request.account, ledger::Action::policy_refused,
                          site_.policy.current()->hash);
    event.outcome = ledger::Outcome::refused;
    event.detail = why;
    refusal_ = Refusal{event.time, std::move(why)};
    const auto recorded = co_await site_.store.write([&](Transaction& transaction) -> Result<> {
        if (auto appended = transaction.ledger.append(event); !appended)
            return failure(appended.error());
        return {};
    });
    if (!recorded)
        site_.log.error("a refused policy could not be recorded", {{"why", recorded.error()}});
}

std::vector<std::string_view> PolicyReload::restart_needed() const {
    return desk::restart_needed(*started_with_, *site_.policy.current());
}

std::set<std::filesystem::path> PolicyReload::folders_read() const {
    const auto folder = std::filesystem::absolute(consign_yaml_).parent_path().lexically_normal();
    std::set<std::filesystem::path> folders{folder};
    for (const policy::SourceFile& file : files_)
        folders.insert((folder / file.name).parent_path().lexically_normal());
    return folders;
}

}  // namespace consign::desk
