// `groups:` and `accounts:` of a file in policy.d: who may log in, how, and what they may do.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ranges>

#include "policy/draft.hpp"
#include "policy/network.hpp"
#include "policy/password_hash.hpp"
#include "policy/public_key.hpp"
#include "policy/reader.hpp"
#include "policy/spelling.hpp"

namespace consign::policy {

using yaml::Entry;
using yaml::Node;

namespace {

constexpr std::size_t grant_limit = 256;
constexpr std::size_t network_limit = 256;
constexpr std::size_t key_limit = 64;
constexpr std::size_t way_limit = 16;
constexpr std::uint64_t file_count_limit = 1'000'000'000;

constexpr std::array<std::string_view, 8> verb_names{"list",   "download", "upload", "overwrite",
                                                     "append", "rename",   "delete", "mkdir"};
constexpr std::array<std::string_view, 2> method_names{"publickey", "password"};
constexpr std::array<std::string_view, 3> later_methods{"totp", "tls-certificate",
                                                        "ssh-certificate"};
constexpr std::array<std::string_view, 2> protocol_names{"sftp", "ftps"};

std::vector<Grant> read_grants(const Reader& in, const Node& node) {
    std::vector<Grant> grants;
    in.items(node, grant_limit, [&](const Node& item) {
        Grant grant{.path = {}, .may = {}, .rule = in.rule(item.place)};
        const auto read_path = [&](const Node& path) {
            const auto written = in.text(path);
            if (!written) return;
            auto glob = Glob::path(*written);
            if (!glob) return in.error(path.place, glob.error());
            grant.path = std::move(*glob);
        };
        const auto read_verbs = [&](const Node& verbs) {
            in.items(verbs, verb_names.size(), [&](const Node& verb) {
                if (const auto index = in.choice(verb, verb_names))
                    grant.may.insert(static_cast<Verb>(*index));
            });
        };
        in.mapping(item, {required("path", read_path), required("may", read_verbs)});
        // An earlier `**` that takes all below what this one names leaves it nothing.
        const auto parts = grant.path.literal_parts();
        const auto shadow = std::ranges::find_if(grants, [&](const Grant& earlier) {
            return earlier.path.text() == grant.path.text() ||
                   (!grant.path.is_literal() && !parts.empty() &&
                    std::ranges::all_of(parts, [&](const VirtualPath& part) {
                        return earlier.path.covers_below(part);
                    }));
        });
        if (shadow != grants.end() && !grant.path.text().empty())
            in.warning(item.place, fmt::format("this grant can never decide: the one at line {} "
                                               "({}) matches first",
                                               shadow->rule.line, cited(shadow->path.text())));
        grants.push_back(std::move(grant));
    });
    return grants;
}

std::vector<Network> read_networks(const Reader& in, const Node& node) {
    std::vector<Network> networks;
    if (node.kind == Node::Kind::sequence && node.items.empty())
        in.error(node.place,
                 "an empty list would let nobody in: leave `from` out to allow any address");
    in.items(node, network_limit, [&](const Node& item) {
        const auto written = in.text(item);
        if (!written) return;
        const auto network = parse_network(*written);
        if (!network) return in.error(item.place, network.error());
        networks.push_back({*network, in.rule(item.place)});
    });
    return networks;
}

std::set<std::string> read_protocols(const Reader& in, const Node& node) {
    std::set<std::string> protocols;
    if (node.kind == Node::Kind::sequence && node.items.empty())
        in.error(node.place, "an empty list would let nobody in: use `enabled: false`");
    in.items(node, protocol_names.size(), [&](const Node& item) {
        if (const auto index = in.choice(item, protocol_names))
            protocols.emplace(protocol_names[*index]);
    });
    return protocols;
}

Quota read_quota(const Reader& in, const Node& node) {
    Quota quota;
    quota.rule = in.rule(node.place);
    in.mapping(
        node,
        {optional("bytes", in.size_into(quota.bytes)),
         optional("files",
                  [&](const Node& files) { quota.files = in.count(files, 0, file_count_limit); }),
         optional("file", in.size_into(quota.file)), later("upload_rate"), later("download_rate")});
    return quota;
}

/// The rows that a group and an account share.
Key protocols_row(const Reader& in, Privileges& privileges) {
    return optional("protocols",
                    [&](const Node& node) { privileges.protocols = read_protocols(in, node); });
}
Key from_row(const Reader& in, Privileges& privileges) {
    return optional("from", [&](const Node& node) { privileges.from = read_networks(in, node); });
}
Key grants_row(const Reader& in, Privileges& privileges) {
    return optional("grants", [&](const Node& node) { privileges.grants = read_grants(in, node); });
}
Key quota_row(const Reader& in, Privileges& privileges) {
    return optional("quota", [&](const Node& node) { privileges.quota = read_quota(in, node); });
}

struct WayPlace {
    Method method;
    Place place;
};

/// `login:` of one account.
class LoginReader {
  public:
    LoginReader(const Reader& in, const ReadNamedFile& read_file, Account& account)
        : in_(in), read_file_(read_file), account_(account) {}

    void read(const Node& node) {
        in_.mapping(node, {optional("any_of", [&](const Node& ways) { read_any_of(ways); }),
                           optional("all_of", [&](const Node& way) { read_all_of(way); }),
                           optional("keys", [&](const Node& keys) { read_keys(keys); }),
                           optional("password", [&](const Node& hash) { read_password(hash); }),
                           later("totp"), later("certificates")});
        if (node.kind == Node::Kind::mapping) check_ways(node.place);
    }

  private:
    void read_any_of(const Node& node) {
        ++ways_written_;
        in_.items(node, way_limit, [&](const Node& way) {
            if (way.kind == Node::Kind::sequence)
                read_way(way);
            else
                add_way({&way});
        });
    }

    void read_all_of(const Node& node) {
        ++ways_written_;
        if (node.kind == Node::Kind::sequence)
            read_way(node);
        else
            in_.items(node, way_limit, {});
    }

    void read_way(const Node& node) {
        if (node.items.empty()) {
            in_.error(node.place, "an empty way would let anybody in: name its methods");
            has_mistake_ = true;
            return;
        }
        add_way(node.items);
    }

    void add_way(const std::vector<const Node*>& methods) {
        std::set<Method> way;
        for (const Node* method : methods) {
            const auto index = in_.choice(*method, method_names, later_methods);
            if (!index) {
                has_mistake_ = true;
                continue;
            }
            if (!way.insert(static_cast<Method>(*index)).second)
                in_.error(method->place,
                          fmt::format("this way names `{}` twice", method_names[*index]));
            methods_.push_back({static_cast<Method>(*index), method->place});
        }
        if (!way.empty()) account_.ways.push_back(std::move(way));
    }

    void read_keys(const Node& node) {
        keys_place_ = node.place;
        in_.items(node, key_limit, [&](const Node& item) {
            const auto written = in_.secret(item);
            if (!written)
                has_mistake_ = true;
            else if (looks_like_key(*written))
                add_key(item.place, *written, "");
            else
                read_key_file(item.place, *written);
        });
    }

    void read_key_file(Place at, const std::string& path) {
        const auto content = read_file_(path);
        if (!content) {
            in_.error(at, fmt::format("the key file {} {}", cited(path), content.error()));
            has_mistake_ = true;
            return;
        }
        int line_number = 0;
        std::size_t keys = 0;
        for (const auto part : *content | std::views::split('\n')) {
            ++line_number;
            const std::string_view line(part.begin(), part.end());
            const std::size_t start = line.find_first_not_of(" \t\r");
            if (start == std::string_view::npos || line[start] == '#') continue;
            if (++keys > key_limit) {
                in_.error(at, fmt::format("the key file {} holds more than {} keys", cited(path),
                                          key_limit));
                return;
            }
            const bool sound = add_key(
                at, line, fmt::format("the key file {}, line {}: ", cited(path), line_number));
            if (!sound) return;
        }
        if (keys > 0) return;
        in_.error(at, fmt::format("the key file {} holds no key", cited(path)));
        has_mistake_ = true;
    }

    bool add_key(Place at, std::string_view line, std::string_view where) {
        auto key = parse_public_key(line);
        if (!key) {
            in_.error(at, fmt::format("{}{}", where, key.error()));
            has_mistake_ = true;
            return false;
        }
        account_.keys.push_back({std::move(key->algorithm), std::move(key->blob),
                                 std::move(key->fingerprint), in_.rule(at)});
        return true;
    }

    void read_password(const Node& node) {
        password_place_ = node.place;
        const auto written = in_.secret(node);
        if (!written) {
            has_mistake_ = true;
        } else if (auto wrong = wrong_password_hash(*written)) {
            in_.error(node.place, *wrong);
            has_mistake_ = true;
        } else {
            account_.password_hash = *written;
        }
    }

    /// Every way can be gone, and nothing lies there for no way.
    void check_ways(Place at) const {
        if (ways_written_ != 1)
            return in_.error(at, ways_written_ == 0
                                     ? "`any_of` or `all_of` is missing: how to log in"
                                     : "`any_of` and `all_of` exclude each other");
        if (has_mistake_) return;  // told already, and what follows would only repeat it
        if (account_.ways.empty()) return in_.error(at, "no way to log in: name a method");
        const auto wants = [&](Method method) {
            return std::ranges::count(methods_, method, &WayPlace::method) > 0;
        };
        for (const WayPlace& way : methods_) {
            if (way.method == Method::publickey && account_.keys.empty())
                in_.error(way.place, "`publickey` is a way in, but the account has no `keys`");
            if (way.method == Method::password && account_.password_hash.empty())
                in_.error(way.place, "`password` is a way in, but the account has no `password`");
        }
        if (!account_.keys.empty() && !wants(Method::publickey))
            in_.warning(*keys_place_, "these keys are never used: no way in names `publickey`");
        if (!account_.password_hash.empty() && !wants(Method::password))
            in_.warning(*password_place_,
                        "this password is never used: no way in names `password`");
    }

    const Reader& in_;
    const ReadNamedFile& read_file_;
    Account& account_;
    std::vector<WayPlace> methods_;
    std::optional<Place> keys_place_;
    std::optional<Place> password_place_;
    int ways_written_ = 0;
    bool has_mistake_ = false;
};

/// `system` and `admin`, alone or before a separator, name the daemon and its administrators in the
/// ledger.
bool is_reserved(std::string_view id) {
    return std::ranges::any_of(
        std::array<std::string_view, 2>{"system", "admin"}, [&](std::string_view word) {
            if (!id.starts_with(word)) return false;
            const std::string_view rest = id.substr(word.size());
            return rest.empty() || std::string_view(".-_").contains(rest.front());
        });
}

AccountDraft read_account(const Reader& in, const Entry& entry, const ReadNamedFile& read_file) {
    AccountDraft draft;
    draft.at = {in.file(), entry.place};
    Account& account = draft.account;
    account.id = entry.key;
    account.rule = in.rule(entry.place);
    const auto read_group = [&](const Node& node) {
        draft.group = in.text(node);
        draft.group_place = node.place;
    };
    const auto read_home = [&](const Node& node) {
        draft.home_place = node.place;
        auto home = in.path(node);
        draft.has_home = home.has_value();
        if (home) account.home = std::move(*home);
    };
    const auto read_login = [&](const Node& node) {
        LoginReader(in, read_file, account).read(node);
    };
    const auto read_enabled = [&](const Node& node) {
        account.enabled = in.boolean(node).value_or(true);
    };
    in.mapping(*entry.value,
               {optional("name", in.text_into(account.name)), optional("group", read_group),
                required("home", read_home), protocols_row(in, draft.privileges),
                optional("enabled", read_enabled),
                optional("expires", [&](const Node& node) { account.expires = in.date(node); }),
                required("login", read_login), from_row(in, draft.privileges),
                grants_row(in, draft.privileges), quota_row(in, draft.privileges), later("hours"),
                later("claims"), later("legacy")},
               entry.place);
    return draft;
}

/// Keeps the first of two that have the same name.
template <class Drafts, class Value>
void add_unique(const Reader& in, Drafts& drafts, std::string_view kind, const Entry& entry,
                Value draft) {
    const auto [first, is_new] = drafts.try_emplace(entry.key, std::move(draft));
    if (is_new) return;
    const Located& at = first->second.at;
    in.error(entry.place, fmt::format("the {} {} is there already, at {}:{}", kind,
                                      cited(entry.key), at.file, at.place.line));
}

}  // namespace

void read_groups(const Reader& in, const Node& node, Draft& draft) {
    in.named(node, [&](const Entry& entry) {
        GroupDraft group{.at = {in.file(), entry.place}, .privileges = {}};
        in.mapping(*entry.value,
                   {grants_row(in, group.privileges), quota_row(in, group.privileges),
                    protocols_row(in, group.privileges), from_row(in, group.privileges),
                    later("hours"), later("login"), later("legacy")},
                   entry.place);
        if (in.is_name(entry.key, entry.place))
            add_unique(in, draft.groups, "group", entry, std::move(group));
    });
}

void read_accounts(const Reader& in, const Node& node, const ReadNamedFile& read_file,
                   Draft& draft) {
    in.named(node, [&](const Entry& entry) {
        AccountDraft account = read_account(in, entry, read_file);
        if (!in.is_name(entry.key, entry.place)) return;
        if (is_reserved(entry.key))
            in.error(entry.place, fmt::format("the name {} is reserved", cited(entry.key)));
        add_unique(in, draft.accounts, "account", entry, std::move(account));
    });
}

}  // namespace consign::policy
