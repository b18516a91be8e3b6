#include "policy/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "policy/decide.hpp"

namespace consign::policy {

namespace {

/// Rules stand elsewhere after every edit above them: what they say counts, not where.
template <class Items, class Key>
auto keys_of(const Items& items, const Key& key) {
    std::vector<decltype(key(*items.begin()))> keys;
    for (const auto& item : items) keys.push_back(key(item));
    return keys;
}

auto grants_of(const Account& account) {
    return keys_of(account.grants, [](const Grant& grant) {
        return std::pair(std::string(grant.path.text()), grant.may);
    });
}

auto quota_of(const Quota& quota) {
    return std::tuple(quota.bytes, quota.files, quota.file, quota.upload_rate, quota.download_rate,
                      quota.sessions);
}

auto reference_of(const std::optional<KeyReference>& reference) {
    return reference ? std::pair(static_cast<int>(reference->kind), reference->value)
                     : std::pair(-1, std::string());
}

/// Adds the names of the parts that differ.
class Parts {
  public:
    template <class Value>
    Parts& differ(std::string_view name, const Value& before, const Value& after) {
        if (!(before == after)) names_.emplace_back(name);
        return *this;
    }
    [[nodiscard]] std::vector<std::string> names() const { return names_; }

  private:
    std::vector<std::string> names_;
};

auto login_of(const Account& account) {
    return std::tuple(
        account.ways, keys_of(account.keys, [](const PublicKey& key) { return key.blob; }),
        keys_of(
            account.certificates,
            [](const ClientCertificate& one) { return std::pair(one.fingerprint, one.subject); }),
        account.password_hash, reference_of(account.totp));
}

auto limits_of(const Limits& limits) {
    return std::tuple(limits.sessions, limits.sessions_per_account, limits.sessions_per_address,
                      limits.login_time, limits.idle_time, limits.unfinished_uploads_kept);
}

auto legacy_of(const Account& account) {
    return account.legacy
               ? std::tuple(account.legacy->allow, account.legacy->until, account.legacy->reason)
               : std::tuple(std::set<LegacyException>(), std::chrono::sys_days(), std::string());
}

std::vector<std::string> parts(const Account& before, const Account& after) {
    const auto networks = [](const Account& account) {
        return keys_of(account.from, [](const Network& from) { return from.network; });
    };
    const auto hours = [](const Account& account) {
        return keys_of(account.hours, [](const Hours& one) { return one.window; });
    };
    const auto claims = [](const Account& account) {
        return account.claims ? std::optional(account.claims->facilities) : std::nullopt;
    };
    return Parts()
        .differ("name", before.name, after.name)
        .differ("group", before.group, after.group)
        .differ("home", before.home, after.home)
        .differ("protocols", before.protocols, after.protocols)
        .differ("enabled", before.enabled, after.enabled)
        .differ("expires", before.expires, after.expires)
        .differ("login", login_of(before), login_of(after))
        .differ("from", networks(before), networks(after))
        .differ("hours", hours(before), hours(after))
        .differ("filename_charset", before.filename_charset, after.filename_charset)
        .differ("claims", claims(before), claims(after))
        .differ("legacy", legacy_of(before), legacy_of(after))
        .differ("grants", grants_of(before), grants_of(after))
        .differ("quota", quota_of(before.quota), quota_of(after.quota))
        .names();
}

std::string text_of(const std::optional<Glob>& glob) {
    return glob ? std::string(glob->text()) : std::string();
}

/// What an action says, as one text.
std::string said(const Action& action) {
    struct Said {
        std::string operator()(const Copy& copy) const { return std::string(copy.target.text()); }
        std::string operator()(const Move& move) const { return std::string(move.target.text()); }
        std::string operator()(const Deliver& deliver) const {
            return fmt::format("{} {}", deliver.target, deliver.path.text());
        }
        std::string operator()(const Quarantine& quarantine) const { return quarantine.reason; }
        std::string operator()(const Tag& tag) const { return tag.tag; }
    };
    return fmt::format("{} {}", name_of(action), std::visit(Said{}, action));
}

auto conditions_of(const Conditions& when) {
    return std::tuple(
        text_of(when.path), text_of(when.file_name),
        when.path_regex ? std::string(when.path_regex->text()) : std::string(), when.accounts,
        when.groups, when.at_least_bytes, when.at_most_bytes, when.time, when.formats,
        when.packings, when.ignore_case, keys_of(when.fields, [](const FieldCondition& condition) {
            return std::pair(condition.field, keys_of(condition.any_of, [](const auto& pattern) {
                                 return std::string(pattern.text());
                             }));
        }));
}

auto subject_of(const Route& route) {
    const SubjectFields fields = route.subject.value_or(SubjectFields());
    return std::tuple(fields.id, fields.authority, fields.born, fields.died);
}

std::string acknowledged(const Route& route) {
    return route.acknowledge ? std::string(route.acknowledge->target.text()) : std::string();
}

std::string scanner_of(const std::optional<Scanner>& scan) {
    return scan ? scan->text : std::string();
}

std::vector<std::string> parts(const Route& before, const Route& after) {
    return Parts()
        .differ("when", conditions_of(before.when), conditions_of(after.when))
        .differ("complete_when", std::pair(before.endings, before.sidecars),
                std::pair(after.endings, after.sidecars))
        .differ("subject", subject_of(before), subject_of(after))
        .differ("class", before.retention_class, after.retention_class)
        .differ("to", keys_of(before.to, said), keys_of(after.to, said))
        .differ("on_clash", before.on_clash, after.on_clash)
        .differ("acknowledge", acknowledged(before), acknowledged(after))
        .differ("scan", scanner_of(before.scan), scanner_of(after.scan))
        .differ("alert", before.alert, after.alert)
        .names();
}

std::vector<std::string> parts(const Listener& before, const Listener& after) {
    const auto passive = [](const Listener& listener) {
        const Passive& one = listener.passive;
        return std::tuple(one.first_port, one.last_port, one.address);
    };
    return Parts()
        .differ("protocol", before.protocol, after.protocol)
        .differ("bind", std::pair(before.address, before.port),
                std::pair(after.address, after.port))
        .differ("algorithms", before.algorithms, after.algorithms)
        .differ("host_keys", before.host_keys, after.host_keys)
        .differ("tls", before.tls, after.tls)
        .differ("certificate", before.certificate, after.certificate)
        .differ("private_key", before.private_key, after.private_key)
        .differ("client_ca", before.client_ca, after.client_ca)
        .differ("passive", passive(before), passive(after))
        .differ("session_reuse", before.session_reuse, after.session_reuse)
        .names();
}

auto channels_of(const Policy& policy) {
    return keys_of(policy.alerts, [](const auto& alert) {
        return std::pair(alert.first, keys_of(alert.second, [](const AlertChannel& channel) {
                             return std::tuple(channel.kind, channel.to, channel.relay, channel.ca);
                         }));
    });
}

auto scrub_of(const std::optional<ScrubTerms>& scrub) {
    return scrub ? std::optional(std::pair(scrub->rate, scrub->every)) : std::nullopt;
}

auto keys_of(const Policy& policy) {
    return std::pair(reference_of(policy.root_key), reference_of(policy.witness_key));
}

auto controller_of(const Policy& policy) {
    const Controller& controller = policy.controller;
    return std::tuple(controller.name, controller.contact, controller.representative,
                      controller.dpo);
}

std::vector<std::string> terms_differ(const Class& before, const Class& after) {
    return Parts()
        .differ("keep", before.keep, after.keep)
        .differ("counted_from", before.counted_from, after.counted_from)
        .differ("minor_until", before.minor_until, after.minor_until)
        .differ("after_death", before.after_death, after.after_death)
        .differ("shorten_after_pickup", before.shorten_after_pickup, after.shorten_after_pickup)
        .names();
}

std::vector<std::string> parts(const Class& before, const Class& after) {
    std::vector<std::string> all = Parts()
                                       .differ("purpose", before.purpose, after.purpose)
                                       .differ("legal_basis", before.legal_basis, after.legal_basis)
                                       .differ("recipients", before.recipients, after.recipients)
                                       .differ("persons", before.persons, after.persons)
                                       .differ("data", before.data, after.data)
                                       .names();
    for (std::string& name : terms_differ(before, after)) all.push_back(std::move(name));
    return all;
}

std::vector<std::string> parts(const Target& before, const Target& after) {
    const auto address = [](const Target& target) {
        return std::tuple(target.scheme, target.user, target.host, target.port, target.folder);
    };
    return Parts()
        .differ("url", address(before), address(after))
        .differ("identity", reference_of(before.identity), reference_of(after.identity))
        .differ("password", reference_of(before.password), reference_of(after.password))
        .differ("host_key", before.host_key, after.host_key)
        .differ("ca", before.ca, after.ca)
        .differ("residency", before.residency, after.residency)
        .differ("connections", before.connections, after.connections)
        .differ("rate", before.rate, after.rate)
        .differ("at", before.at, after.at)
        .names();
}

std::vector<std::string> parts(const Pull& before, const Pull& after) {
    return Parts()
        .differ("target", before.target, after.target)
        .differ("from_folder", before.from_folder, after.from_folder)
        .differ("into", before.into, after.into)
        .differ("at", before.at, after.at)
        .differ("then", before.deletes, after.deletes)
        .names();
}

std::vector<std::string> parts(const Pickup& before, const Pickup& after) {
    return Parts()
        .differ("account", before.account, after.account)
        .differ("path", before.path.text(), after.path.text())
        .differ("window", before.window, after.window)
        .differ("expect_by", before.expect, after.expect)
        .differ("downloads", before.downloads, after.downloads)
        .differ("then", before.then, after.then)
        .differ("alert", before.alert, after.alert)
        .names();
}

std::vector<std::string> parts(const ExpectedDeposit& before, const ExpectedDeposit& after) {
    return Parts()
        .differ("account", before.account, after.account)
        .differ("path", before.path.text(), after.path.text())
        .differ("expect_by", before.expect, after.expect)
        .differ("at_least", before.at_least, after.at_least)
        .differ("alert", before.alert, after.alert)
        .names();
}

class Comparison {
  public:
    template <class Items>
    void sections(std::string_view what, const Items& before, const Items& after) {
        std::map<std::string_view, typename Items::const_pointer> known;
        for (const auto& one : before) known.emplace(name(one), &one);
        for (const auto& one : after) {
            const auto earlier = known.find(name(one));
            if (earlier == known.end()) {
                add(Change::Kind::added, what, name(one), {}, {}, value(one).rule);
                continue;
            }
            auto differing = parts(value(*earlier->second), value(one));
            if (!differing.empty())
                add(Change::Kind::changed, what, name(one), std::move(differing),
                    value(*earlier->second).rule, value(one).rule);
            known.erase(earlier);
        }
        for (const auto& [id, one] : known)
            add(Change::Kind::removed, what, id, {}, value(*one).rule, {});
    }

    void server(const Policy& before, const Policy& after) {
        auto differing =
            Parts()
                .differ("site", before.site, after.site)
                .differ("data", before.data, after.data)
                .differ("keys", keys_of(before), keys_of(after))
                .differ("limits", limits_of(before.limits), limits_of(after.limits))
                .differ("reload", before.reload_on_change, after.reload_on_change)
                .differ("zone", before.zone, after.zone)
                .differ("residency", before.residency, after.residency)
                .differ("register", controller_of(before), controller_of(after))
                .differ("temporary_names",
                        keys_of(before.temporary_names,
                                [](const Glob& glob) { return std::string(glob.text()); }),
                        keys_of(after.temporary_names,
                                [](const Glob& glob) { return std::string(glob.text()); }))
                .differ("scan", scanner_of(before.scan), scanner_of(after.scan))
                .differ("alerts", channels_of(before), channels_of(after))
                .differ("alert", before.alert, after.alert)
                .differ("clock_guard", before.clock_guard, after.clock_guard)
                .differ("scrub", scrub_of(before.scrub), scrub_of(after.scrub))
                .differ("events", before.event_log, after.event_log)
                .differ("metrics", before.metrics_address, after.metrics_address)
                .differ("ledger.keep", before.ledger.keep, after.ledger.keep)
                .differ("ledger.checkpoint_every", before.ledger.checkpoint_every,
                        after.ledger.checkpoint_every)
                .differ("ledger.checkpoints_to", before.ledger.checkpoints_to,
                        after.ledger.checkpoints_to)
                .differ("ledger.timestamps", before.ledger.timestamps, after.ledger.timestamps)
                .differ("ledger.timestamp_every", before.ledger.timestamp_every,
                        after.ledger.timestamp_every)
                .names();
        if (!differing.empty())
            add(Change::Kind::changed, "the server", {}, std::move(differing), {}, {});
    }

    /// What is asked in order: the same in another order may decide otherwise.
    void order(std::string_view what, std::string_view name,
               const std::vector<std::string_view>& before,
               const std::vector<std::string_view>& after) {
        const auto common = [](std::vector<std::string_view> names,
                               const std::vector<std::string_view>& others) {
            std::erase_if(names, [&](std::string_view name) {
                return std::ranges::find(others, name) == others.end();
            });
            return names;
        };
        if (common(before, after) != common(after, before))
            add(Change::Kind::changed, what, name, {}, {}, {});
    }

    [[nodiscard]] std::vector<Change> changes() { return std::move(changes_); }

  private:
    template <class Key, class Value>
    static std::string_view name(const std::pair<const Key, Value>& entry) {
        return entry.first;
    }
    template <class Value>
    static std::string_view name(const Value& one) {
        return one.name;
    }
    template <class Key, class Value>
    static const Value& value(const std::pair<const Key, Value>& entry) {
        return entry.second;
    }
    template <class Value>
    static const Value& value(const Value& one) {
        return one;
    }

    void add(Change::Kind kind, std::string_view what, std::string_view name,
             std::vector<std::string> differing, Rule before, Rule after) {
        changes_.push_back({kind,
                            name.empty() ? std::string(what) : fmt::format("{} {}", what, name),
                            std::move(differing), std::move(before), std::move(after)});
    }

    std::vector<Change> changes_;
};

template <class Named>
std::vector<std::string_view> names_of(const std::vector<Named>& all) {
    std::vector<std::string_view> names;
    for (const Named& one : all) names.push_back(one.name);
    return names;
}

/// Pickups are asked in order within an account.
std::map<std::string_view, std::vector<std::string_view>> names_by_account(
    const std::vector<Pickup>& pickups) {
    std::map<std::string_view, std::vector<std::string_view>> by_account;
    for (const Pickup& pickup : pickups) by_account[pickup.account].push_back(pickup.name);
    return by_account;
}

void count(FilesCompared::Count& count, const VirtualPath& path) {
    ++count.files;
    if (count.first.size() < FilesCompared::named_limit) count.first.push_back(path);
}

bool may_do(const Account* account, Verb verb, const VirtualPath& whole) {
    return account != nullptr && account->enabled && account->home.contains(whole) &&
           may(*account, verb, account->home.relative(whole)).allowed;
}

}  // namespace

std::vector<Change> compare(const Policy& before, const Policy& after) {
    Comparison comparison;
    comparison.sections("account", before.accounts, after.accounts);
    comparison.sections("route", before.routes, after.routes);
    comparison.order("the order of the routes", {}, names_of(before.routes),
                     names_of(after.routes));
    comparison.sections("class", before.classes, after.classes);
    comparison.sections("target", before.targets, after.targets);
    comparison.sections("pull", before.pulls, after.pulls);
    comparison.sections("pickup", before.pickups, after.pickups);
    const auto pickups_after = names_by_account(after.pickups);
    for (const auto& [account, names] : names_by_account(before.pickups))
        if (const auto now = pickups_after.find(account); now != pickups_after.end())
            comparison.order("the order of the pickups of", account, names, now->second);
    comparison.sections("expected deposit", before.deposits, after.deposits);
    comparison.sections("listener", before.listeners, after.listeners);
    comparison.server(before, after);
    return comparison.changes();
}

std::set<std::string> classes_changed(const Policy& before, const Policy& after) {
    std::set<std::string> changed;
    // Terms in months and days end at midnight in the site's zone.
    const bool other_zone = before.zone != after.zone;
    for (const auto& [name, retention_class] : before.classes) {
        const auto now = after.classes.find(name);
        if (other_zone || now == after.classes.end() ||
            !terms_differ(retention_class, now->second).empty())
            changed.insert(name);
    }
    for (const auto& [name, retention_class] : after.classes)
        if (!before.classes.contains(name)) changed.insert(name);
    return changed;
}

Term term_under(const Policy& policy, const std::string& retention_class,
                std::span<const Life> lives) {
    const auto found = policy.classes.find(retention_class);
    if (found == policy.classes.end() || lives.empty())
        return {
            .state = Term::State::unknown, .because = "the policy has no such class", .rule = {}};
    Term longest = term(found->second, lives.front(), policy.zone);
    for (const Life& life : lives.subspan(1)) {
        Term other = term(found->second, life, policy.zone);
        if (ends_sooner(longest, other)) longest = std::move(other);
    }
    return longest;
}

FilesCompared::FilesCompared(const Policy& before, const Policy& after)
    : before_(before), after_(after), classes_(classes_changed(before, after)) {
    for (const auto& [id, account] : before.accounts) {
        const auto now = after.accounts.find(id);
        if (now == after.accounts.end()) {
            accounts_[id] = {&account, nullptr};
            continue;
        }
        const bool same = account.home == now->second.home &&
                          account.enabled == now->second.enabled &&
                          grants_of(account) == grants_of(now->second);
        if (!same) accounts_[id] = {&account, &now->second};
    }
    for (const auto& [id, account] : after.accounts)
        if (!before.accounts.contains(id)) accounts_[id] = {nullptr, &account};
}

void FilesCompared::add(const StoredFile& file) {
    ++files_;
    if (file.is_name) return compare_access(file);
    if (!classes_.contains(file.retention_class)) return;
    const Term then = term_under(before_, file.retention_class, file.lives);
    const Term now = term_under(after_, file.retention_class, file.lives);
    if (ends_sooner(now, then)) count(sooner_[file.retention_class], file.path);
    if (ends_sooner(then, now)) count(later_[file.retention_class], file.path);
}

void FilesCompared::compare_access(const StoredFile& file) {
    constexpr std::array asked{Verb::list, Verb::download, Verb::overwrite, Verb::remove};
    for (const auto& [id, pair] : accounts_)
        for (const Verb verb : asked) {
            const bool then = may_do(pair.before, verb, file.path);
            const bool now = may_do(pair.after, verb, file.path);
            if (then == now) continue;
            Access& access = access_[id];
            count((now ? access.gained : access.lost)[std::string(name_of(verb))], file.path);
        }
}

}  // namespace consign::policy
