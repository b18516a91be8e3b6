// consign.yaml: the server itself.
#include <fmt/format.h>

#include <array>

#include "policy/calendar/zone.hpp"
#include "policy/draft.hpp"
#include "policy/language/spelling.hpp"
#include "policy/network.hpp"
#include "policy/reader.hpp"
#include "policy/url.hpp"

namespace consign::policy {

using yaml::Node;

namespace {

constexpr std::size_t temporary_name_limit = 64;
constexpr std::size_t alert_limit = 16;
constexpr std::size_t session_limit = 100'000;
constexpr std::chrono::seconds login_time_limit = std::chrono::minutes(10);
constexpr std::chrono::seconds idle_time_limit = std::chrono::days(7);
constexpr std::chrono::seconds unfinished_upload_limit = std::chrono::days(366);
constexpr std::chrono::seconds clock_guard_limit = std::chrono::days(3660);
constexpr std::uint64_t least_scrub_rate = std::uint64_t{64} << 10;
constexpr std::chrono::seconds scrub_every_limit = std::chrono::days(366);
constexpr std::chrono::seconds checkpoint_limit = std::chrono::days(1);
constexpr std::chrono::seconds timestamp_limit = std::chrono::days(31);

constexpr std::array<std::string_view, 2> reload_names{"on_request", "on_change"};

void read_limits(const Reader& in, const Node& node, Limits& limits) {
    in.mapping(
        node,
        {optional("sessions", "Sessions at once, of all accounts.",
                  in.count_into(limits.sessions, session_limit), "4000"),
         optional("sessions_per_account", "Sessions at once of one account.",
                  in.count_into(limits.sessions_per_account, session_limit), "16"),
         optional("sessions_per_address",
                  "Sessions at once from one address; of IPv6 addresses, a /64 counts as one.",
                  in.count_into(limits.sessions_per_address, session_limit), "64"),
         optional("login_time", "How long a peer may take to log in.",
                  in.duration_into(limits.login_time, login_time_limit), "30 seconds"),
         optional("idle_time", "After how long a session in which nothing happens ends.",
                  in.duration_into(limits.idle_time, idle_time_limit), "15 minutes"),
         optional("unfinished_uploads_kept",
                  "How long an upload that broke off can be resumed, and a temporary name waits "
                  "for its rename.",
                  in.duration_into(limits.unfinished_uploads_kept, unfinished_upload_limit),
                  "24 hours")});
}

void read_temporary_names(const Reader& in, const Node& node, std::vector<Glob>& names) {
    names.clear();
    in.items(node, temporary_name_limit, [&](const Node& item) {
        const auto parse = [](std::string_view text) { return Glob::name(text); };
        auto glob = in.parsed(item, text_form::name_glob, parse);
        if (!glob) return;
        if (glob->text().find_first_not_of('*') == std::string_view::npos)
            in.warning(item.place, "each name is a temporary one: nothing is ever a deposit");
        names.push_back(std::move(*glob));
    });
}

std::expected<std::string, std::string> parse_zone(std::string_view text) {
    if (is_zone(text)) return std::string(text);
    return std::unexpected(fmt::format("expected a time zone such as `Europe/Paris`, found {}{}",
                                       cited(text), zone_suggestion(text)));
}

std::expected<std::string, std::string> parse_metrics_bind(std::string_view text) {
    const auto bind = parse_bind(text);
    if (!bind) return std::unexpected(bind.error());
    return std::string(text);
}

void read_keys(const Reader& in, const Node& node, const std::filesystem::path& folder,
               Policy& policy) {
    const auto read_root = [&](const Node& key) {
        if (auto read = read_reference(in, key, folder)) policy.root_key = std::move(*read);
    };
    const auto read_witness = [&](const Node& key) {
        policy.witness_key = read_reference(in, key, folder);
    };
    in.mapping(node, {required("root", "The root key, from which all others are had.", read_root),
                      optional("witness",
                               "The Ed25519 key that signs receipts, checkpoints and certificates.",
                               read_witness)});
}

void read_controller(const Reader& in, const Node& node, Controller& controller) {
    in.mapping(
        node,
        {optional("controller", "Who answers for the processing.", in.text_into(controller.name)),
         optional("contact", "Where it can be reached.", in.text_into(controller.contact)),
         optional("representative", "Of a controller outside the Union (RGPD art. 27).",
                  in.text_into(controller.representative)),
         optional("dpo", "The data protection officer, and where that one can be reached.",
                  in.text_into(controller.dpo))});
}

constexpr std::array<std::string_view, 2> event_log_names{"journald", "syslog"};

void read_event_log(const Reader& in, const Node& node, EventLog& to) {
    if (const auto index = in.choice(node, event_log_names))
        to = *index == 0 ? EventLog::journald : EventLog::syslog;
}

void read_ledger(const Reader& in, const Node& node, LedgerTerms& terms) {
    in.mapping(
        node,
        {optional("checkpoint_every", "How often the ledger is closed by a signed checkpoint.",
                  in.duration_into(terms.checkpoint_every, checkpoint_limit), "5 minutes"),
         optional("keep",
                  "How long who came, from where, and what was refused can be read; the traces of "
                  "a file as long as the file, too.",
                  in.parsed_into(terms.keep, text_form::span, parse_span)),
         optional("timestamps",
                  "The address of an RFC 3161 time stamping authority, which stamps checkpoints.",
                  in.parsed_into(terms.timestamps, text_form::web_url, parse_web_url)),
         optional("timestamp_every", "How often it is asked, at most.",
                  in.duration_into(terms.timestamp_every, timestamp_limit), "1 hour"),
         optional("checkpoints_to", "The system's log that takes each checkpoint as well.",
                  [&](const Node& to) { read_event_log(in, to, terms.checkpoints_to); })});
}

void read_events(const Reader& in, const Node& node, Policy& policy) {
    const auto read_to = [&](const Node& to) { read_event_log(in, to, policy.event_log); };
    in.mapping(node, {required("to", "The system's log that takes them.", read_to)});
}

void warn_without_witness(const Reader& in, Place ledger, const Policy& policy) {
    const bool wants_checkpoints =
        !policy.ledger.timestamps.empty() || policy.ledger.checkpoints_to != EventLog::none;
    if (wants_checkpoints && !policy.witness_key)
        in.warning(ledger,
                   "no checkpoint is made without `keys.witness`: nothing is stamped, and "
                   "none is written to the system's log");
}

void read_scrub(const Reader& in, const Node& node, std::optional<ScrubTerms>& scrub) {
    ScrubTerms terms;
    const auto read_rate = [&](const Node& rate) {
        std::optional<std::uint64_t> read;
        in.rate_into(read)(rate);
        if (read && *read < least_scrub_rate)
            in.error(rate.place, "expected at least 64 KiB/s: below, a store is never read whole");
        else
            terms.rate = read.value_or(terms.rate);
    };
    in.mapping(node, {optional("rate", "How much is read a second.", read_rate, "16 MiB/s"),
                      optional("every", "From the start of one pass to that of the next, at least.",
                               in.duration_into(terms.every, scrub_every_limit), "7 days")});
    scrub = terms;
}

void read_alert(const Reader& in, const Node& node, Draft& draft) {
    in.one_or_items(node, alert_limit, [&](const Node& item) {
        auto name = in.text(item, text_form::name);
        if (!name) return;
        draft.uses.push_back({Use::Of::alert, *name, in.located(item.place)});
        draft.policy.alert.push_back(*std::move(name));
    });
}

}  // namespace

void read_server_file(const Reader& in, const Node& root, const std::filesystem::path& folder,
                      Draft& draft) {
    Policy& policy = draft.policy;
    for (const char* pattern : {"*.tmp", "*.part", "*.filepart"})
        policy.temporary_names.push_back(*Glob::name(pattern));
    bool reload_on_change = false;
    std::optional<Place> ledger_place;
    const auto read_data = [&](const Node& node) {
        if (const auto written = in.text(node)) policy.data = absolute(folder, *written);
    };
    const auto read_policy_files = [&](const Node& node) {
        draft.policy_files_place = node.place;
        draft.policy_files = in.text(node).value_or("");
    };
    const auto read_metrics = [&](const Node& node) {
        in.mapping(node, {required("bind", "The address and port that metrics are read from.",
                                   in.parsed_into(policy.metrics_address, text_form::bind,
                                                  parse_metrics_bind))});
    };
    const auto read_reload = [&](const Node& node) {
        if (const auto index = in.choice(node, reload_names)) reload_on_change = *index == 1;
    };
    in.mapping(
        root,
        {required("version", "The version of the policy language: 1.",
                  [&](const Node& node) { in.version(node); }),
         required("site", "The site's name, in banners, receipts and the register of processing.",
                  in.text_into(policy.site)),
         required("data", "The folder of sealed files, database and keyring. Needs a restart.",
                  read_data),
         required("policy",
                  "The other files of the policy: a path relative to this file, whose last part "
                  "may be a pattern.",
                  read_policy_files),
         optional("zone", "The time zone of hours, windows and terms that name none.",
                  in.parsed_into(policy.zone, text_form::any, parse_zone), "UTC"),
         optional("residency", "Where the data stands: no target may stand elsewhere.",
                  in.text_into(policy.residency)),
         optional("register", "What the register of processing says of who answers for it.",
                  [&](const Node& node) { read_controller(in, node, policy.controller); }),
         required("keys", "Where the server's own keys come from. Needs a restart.",
                  [&](const Node& node) { read_keys(in, node, folder, policy); }),
         required("listeners", "Where to listen, for which protocol, and with what.",
                  [&](const Node& node) { read_listeners(in, node, folder, draft); }),
         optional("limits", "Bounds of sessions and waits.",
                  [&](const Node& node) { read_limits(in, node, policy.limits); }),
         optional(
             "temporary_names",
             "Patterns of names under which a closed upload is no deposit yet: the rename is.",
             [&](const Node& node) { read_temporary_names(in, node, policy.temporary_names); },
             R"(["*.tmp", "*.part", "*.filepart"])"),
         optional("alert",
                  "Whom to tell of what concerns the site itself: a job that failed for good.",
                  [&](const Node& node) { read_alert(in, node, draft); }),
         optional("clock_guard",
                  "How far past what it last saw the clock may stand: beyond, nothing is destroyed "
                  "until an administrator confirms it.",
                  in.duration_into(policy.clock_guard, clock_guard_limit), "7 days"),
         optional("scan", "The virus scanner, for each deposit, before any route.",
                  [&](const Node& node) { read_scan(in, node, policy.scan); }),
         optional("ledger", "The ledger's own terms.",
                  [&](const Node& node) {
                      read_ledger(in, node, policy.ledger);
                      ledger_place = node.place;
                  }),
         optional("events",
                  "Where each event of the ledger is written as well, for a SIEM: ids, never a "
                  "name of a file or person.",
                  [&](const Node& node) { read_events(in, node, policy); }),
         optional("scrub", "Reads the whole store again and again, and tells what is damaged.",
                  [&](const Node& node) { read_scrub(in, node, policy.scrub); }),
         optional("metrics", "Where metrics can be read.", read_metrics),
         optional("reload",
                  "Whether a change of these files is taken up at once, or when it is asked for.",
                  read_reload, "on_request")});
    policy.reload_on_change = reload_on_change;
    if (ledger_place) warn_without_witness(in, *ledger_place, policy);
}

}  // namespace consign::policy
