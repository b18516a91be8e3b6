// `login:` of an account in policy.d: the ways to log in, and what each is checked against.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <ranges>

#include "policy/client_certificate.hpp"
#include "policy/draft.hpp"
#include "policy/language/spelling.hpp"
#include "policy/password_hash.hpp"
#include "policy/public_key.hpp"
#include "policy/reader.hpp"

namespace consign::policy {

using yaml::Node;

namespace {

constexpr std::size_t key_limit = 64;
constexpr std::size_t certificate_limit = 64;
constexpr std::size_t way_limit = 16;

// In the order of Method.
constexpr std::array<std::string_view, 5> method_names{"publickey", "tls-certificate", "password",
                                                       "totp", "ssh-certificate"};

struct WayPlace {
    Method method;
    Place place;
};

class LoginReader {
  public:
    LoginReader(const Reading& reading, AccountDraft& draft)
        : reading_(reading), in_(reading.in), draft_(draft), account_(draft.account) {}

    void read(const Node& node) {
        in_.mapping(
            node,
            {alternative("any_of",
                         "The ways in: each a method, or a list of methods that must all succeed.",
                         [&](const Node& ways) { read_any_of(ways); }),
             alternative("all_of", "One way in: a list of methods that must all succeed.",
                         [&](const Node& way) { read_way(way); }),
             optional("keys",
                      "Public keys: each a line as OpenSSH writes it, or the path of a .pub file.",
                      [&](const Node& keys) { read_keys(keys); }),
             optional("certificates",
                      "Clients' certificates: each a fingerprint, or a subject in the form of RFC "
                      "2253.",
                      [&](const Node& certificates) { read_certificates(certificates); }),
             optional("password", "The hash of the password, as `consign hash-password` prints it.",
                      [&](const Node& hash) { read_password(hash); }),
             optional("totp", "Where the secret of the one-time codes stands.",
                      [&](const Node& secret) { read_totp(secret); })});
        const bool has_ways =
            node.value_of("any_of") != node.value_of("all_of") &&
            (node.value_of("any_of") == nullptr || node.value_of("all_of") == nullptr);
        if (has_ways) check_ways(node.place);
    }

  private:
    void read_any_of(const Node& node) {
        in_.items(node, way_limit, [&](const Node& way) {
            if (in_.is_describing() || way.kind != Node::Kind::sequence)
                add_way([&](const ReadNode& read) { read(way); });
            if (in_.is_describing() || way.kind == Node::Kind::sequence) read_way(way);
        });
    }

    void read_way(const Node& node) {
        constexpr std::string_view if_empty = "an empty way would let anybody in: name its methods";
        if (node.kind != Node::Kind::sequence || node.items.empty()) has_mistake_ = true;
        add_way(
            [&](const ReadNode& read) { in_.items(node, method_names.size(), read, if_empty); });
    }

    /// `each_method` calls what it is handed with each of the way's methods.
    void add_way(const std::function<void(const ReadNode&)>& each_method) {
        std::set<Method> way;
        Place at{};
        each_method([&](const Node& node) {
            const auto index = in_.choice(node, method_names);
            if (!index) {
                has_mistake_ = true;
                return;
            }
            at = node.place;
            const auto method = static_cast<Method>(*index);
            if (!way.insert(method).second)
                in_.error(node.place,
                          fmt::format("this way names `{}` twice", method_names[*index]));
            methods_.push_back({method, node.place});
        });
        if (way == std::set<Method>{Method::totp}) {
            in_.error(at, "`totp` is never alone: whoever finds the device would be in");
            has_mistake_ = true;
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
        const auto content = reading_.read_file(path);
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

    void read_certificates(const Node& node) {
        certificates_place_ = node.place;
        in_.items(node, certificate_limit, [&](const Node& item) {
            const auto written = in_.secret(item);
            if (!written) {
                has_mistake_ = true;
                return;
            }
            auto certificate = parse_client_certificate(*written);
            if (!certificate) {
                in_.error(item.place, certificate.error());
                has_mistake_ = true;
                return;
            }
            account_.certificates.push_back(
                {certificate->fingerprint, std::move(certificate->subject), in_.rule(item.place)});
        });
    }

    void read_password(const Node& node) {
        password_place_ = node.place;
        const auto written = in_.secret(node, text_form::password_hash);
        if (!written) {
            has_mistake_ = true;
        } else if (auto wrong = wrong_password_hash(*written)) {
            in_.error(node.place, *wrong);
            has_mistake_ = true;
        } else {
            account_.password_hash = *written;
        }
    }

    void read_totp(const Node& node) {
        totp_place_ = node.place;
        account_.totp = read_reference(in_, node, reading_.folder);
        if (!account_.totp) has_mistake_ = true;
    }

    /// Every way can be gone, and nothing lies there for no way.
    void check_ways(Place at) {
        if (has_mistake_) return;  // told already, and what follows would only repeat it
        if (account_.ways.empty()) return in_.error(at, "no way to log in: name a method");
        for (const WayPlace& way : methods_)
            if (!has_means_of(way.method)) {
                in_.error(way.place, missing_means(way.method));
                has_mistake_ = true;
            }
        const auto unused = [&](Method method, std::optional<Place> place, std::string_view what) {
            if (has_means_of(method) &&
                std::ranges::count(methods_, method, &WayPlace::method) == 0)
                in_.warning(*place, fmt::format("{} never used: no way in names `{}`", what,
                                                name_of(method)));
        };
        unused(Method::publickey, keys_place_, "these keys are");
        unused(Method::tls_certificate, certificates_place_, "these certificates are");
        unused(Method::password, password_place_, "this password is");
        unused(Method::totp, totp_place_, "this secret is");
        if (has_mistake_) return;
        draft_.login_place = at;
        const auto by_certificate =
            std::ranges::find(methods_, Method::tls_certificate, &WayPlace::method);
        if (by_certificate != methods_.end()) draft_.certificate_way_place = by_certificate->place;
    }

    /// Is there something to check what is presented against?
    [[nodiscard]] bool has_means_of(Method method) const {
        switch (method) {
            case Method::publickey:
                return !account_.keys.empty();
            case Method::tls_certificate:
                return !account_.certificates.empty();
            case Method::password:
                return !account_.password_hash.empty();
            case Method::totp:
                return account_.totp.has_value();
            case Method::ssh_certificate:
                return true;  // the listener's matter
        }
        return false;
    }

    [[nodiscard]] static std::string missing_means(Method method) {
        const std::string_view means = method == Method::publickey         ? "keys"
                                       : method == Method::tls_certificate ? "certificates"
                                                                           : name_of(method);
        return fmt::format("`{}` is a way in, but the account has no `{}`", name_of(method), means);
    }

    const Reading& reading_;
    const Reader& in_;
    AccountDraft& draft_;
    Account& account_;
    std::vector<WayPlace> methods_;
    std::optional<Place> keys_place_;
    std::optional<Place> certificates_place_;
    std::optional<Place> password_place_;
    std::optional<Place> totp_place_;
    bool has_mistake_ = false;
};

}  // namespace

void read_login(const Reading& reading, const Node& node, AccountDraft& draft) {
    LoginReader(reading, draft).read(node);
}

}  // namespace consign::policy
