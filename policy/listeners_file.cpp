// `listeners:` of consign.yaml: where to listen, for which protocol, and with what.
#include <algorithm>
#include <array>

#include "policy/draft.hpp"
#include "policy/network.hpp"
#include "policy/reader.hpp"

namespace consign::policy {

using yaml::Node;

namespace {

constexpr std::size_t listener_limit = 64;
constexpr std::size_t host_key_limit = 8;

constexpr std::array<std::string_view, 2> protocol_names{"sftp", "ftps"};
constexpr std::array<std::string_view, 3> algorithms_names{"modern", "compatible", "legacy"};
constexpr std::array<std::string_view, 2> tls_names{"explicit", "implicit"};
constexpr std::array<std::string_view, 3> session_reuse_names{"require", "prefer", "off"};

/// One listener.
class ListenerReader {
  public:
    ListenerReader(const Reader& in, const std::filesystem::path& folder)
        : in_(in), folder_(folder) {}

    ListenerDraft read(const Node& node) {
        Listener& listener = draft_.listener;
        draft_.at = {in_.file(), node.place};
        listener.rule = in_.rule(node.place);
        protocol_ = protocol_of(node);
        listener.protocol = protocol_;
        const auto read_algorithms = [&](const Node& value) {
            draft_.algorithms_place = value.place;
            choice_into(listener.algorithms, algorithms_names)(value);
        };
        const auto read_client_ca = [&](const Node& file) {
            path_into(listener.client_ca.emplace())(file);
        };
        in_.mapping(
            node,
            {required("name", [&](const Node& name) { read_name(name); }),
             required("protocol",
                      [&](const Node& name) { (void)in_.choice(name, protocol_names); }),
             required("bind", [&](const Node& bind) { read_bind(bind); }),
             of_sftp(required("host_keys", [&](const Node& keys) { read_host_keys(keys); })),
             optional("algorithms", read_algorithms),
             of_ftps(optional("tls", choice_into(listener.tls, tls_names))),
             of_ftps(required("certificate", path_into(listener.certificate))),
             of_ftps(required("private_key", path_into(listener.private_key))),
             of_ftps(optional("client_ca", read_client_ca)),
             of_ftps(optional("passive", [&](const Node& passive) { read_passive(passive); })),
             of_ftps(optional("session_reuse",
                              choice_into(listener.session_reuse, session_reuse_names)))});
        return std::move(draft_);
    }

  private:
    /// Which keys belong here depends on it, wherever it stands; empty where it is missing or
    /// wrong.
    static std::string_view protocol_of(const Node& node) {
        const auto written = std::ranges::find(node.entries, "protocol", &yaml::Entry::key);
        if (written == node.entries.end()) return {};
        const auto known = std::ranges::find(protocol_names, written->value->text);
        return known == protocol_names.end() ? std::string_view() : *known;
    }

    [[nodiscard]] Key of_sftp(Key key) const { return of("sftp", "an sftp listener", key); }
    [[nodiscard]] Key of_ftps(Key key) const { return of("ftps", "an ftps listener", key); }
    [[nodiscard]] Key of(std::string_view protocol, std::string_view owner, Key key) const {
        if (protocol_.empty())
            key.kind = Key::Kind::optional;
        else if (protocol_ != protocol)
            return misplaced(key.name, owner);
        return key;
    }

    template <class Choice>
    [[nodiscard]] ReadNode choice_into(Choice& field,
                                       std::span<const std::string_view> names) const {
        return [this, &field, names](const Node& node) {
            if (const auto index = in_.choice(node, names)) field = static_cast<Choice>(*index);
        };
    }

    [[nodiscard]] ReadNode path_into(std::filesystem::path& field) const {
        return [this, &field](const Node& node) {
            if (const auto written = in_.text(node)) field = absolute(folder_, *written);
        };
    }

    void read_name(const Node& node) {
        const auto written = in_.text(node);
        if (written && in_.is_name(*written, node.place)) draft_.listener.name = *written;
    }

    void read_bind(const Node& node) {
        const auto written = in_.text(node);
        if (!written) return;
        const auto parsed = parse_bind(*written);
        if (!parsed) return in_.error(node.place, parsed.error());
        draft_.listener.address = parsed->address;
        draft_.listener.port = parsed->port;
    }

    void read_host_keys(const Node& node) {
        if (node.kind == Node::Kind::sequence && node.items.empty())
            in_.error(node.place, "expected at least one host key");
        in_.items(node, host_key_limit, [&](const Node& key) {
            if (const auto written = in_.text(key))
                draft_.listener.host_keys.push_back(absolute(folder_, *written));
        });
    }

    void read_passive(const Node& node) {
        Passive& passive = draft_.listener.passive;
        const auto read_ports = [&](const Node& value) {
            draft_.passive_ports_place = value.place;
            const auto written = in_.text(value);
            if (!written) return;
            const auto ports = parse_ports(*written);
            if (!ports) return in_.error(value.place, ports.error());
            passive.first_port = ports->first;
            passive.last_port = ports->last;
        };
        const auto read_address = [&](const Node& value) {
            const auto written = in_.text(value);
            if (!written) return;
            const auto address = parse_passive_address(*written);
            if (!address) return in_.error(value.place, address.error());
            passive.address = *address;
        };
        in_.mapping(node, {optional("ports", read_ports), optional("address", read_address)});
    }

    const Reader& in_;
    const std::filesystem::path& folder_;
    ListenerDraft draft_;
    std::string_view protocol_;
};

}  // namespace

void read_listeners(const Reader& in, const Node& node, const std::filesystem::path& folder,
                    Draft& draft) {
    if (node.kind == Node::Kind::sequence && node.items.empty())
        in.error(node.place, "expected at least one listener");
    in.items(node, listener_limit, [&](const Node& item) {
        draft.listeners.push_back(ListenerReader(in, folder).read(item));
    });
}

}  // namespace consign::policy
