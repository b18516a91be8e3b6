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

/// One listener, of a protocol: which keys belong to it depends on that. Of no protocol, where it
/// is missing or wrong, all of them may stand.
class ListenerReader {
  public:
    ListenerReader(const Reader& in, const std::filesystem::path& folder, std::string_view protocol)
        : in_(in), folder_(folder), protocol_(protocol) {}

    ListenerDraft read(const Node& node) {
        Listener& listener = draft_.listener;
        draft_.at = in_.located(node.place);
        listener.rule = in_.rule(node.place);
        listener.protocol = protocol_;
        const auto read_algorithms = [&](const Node& value) {
            draft_.algorithms_place = value.place;
            in_.choice_into(listener.algorithms, algorithms_names)(value);
        };
        const auto read_client_ca = [&](const Node& file) {
            path_into(listener.client_ca.emplace())(file);
        };
        in_.mapping(
            node,
            {required("name", "Its name, which stands in the ledger.",
                      in_.name_into(listener.name)),
             required("protocol", "What is spoken here.",
                      [&](const Node& name) { read_protocol(name); }),
             required("bind", "The address and port; port 0 takes any that is free.",
                      [&](const Node& bind) { read_bind(bind); }),
             of_sftp(required("host_keys", "The files of the server's own keys.",
                              [&](const Node& keys) { read_host_keys(keys); })),
             optional("algorithms",
                      "How old the cryptography may be; legacy lets in only accounts with a dated "
                      "exception.",
                      read_algorithms, "modern"),
             of_ftps(optional("tls", "Whether TLS begins at AUTH TLS, or with the first byte.",
                              in_.choice_into(listener.tls, tls_names), "explicit")),
             of_ftps(required("certificate",
                              "The file (PEM) of the server's certificate, then its chain.",
                              path_into(listener.certificate))),
             of_ftps(required("private_key", "The file (PEM) of the certificate's private key.",
                              path_into(listener.private_key))),
             of_ftps(optional("client_ca",
                              "The file (PEM) of who signs the clients' certificates: where there "
                              "is one, clients are asked for theirs.",
                              read_client_ca)),
             of_ftps(optional("passive", "Where data connections are awaited.",
                              [&](const Node& passive) { read_passive(passive); })),
             of_ftps(optional("session_reuse",
                              "Must a data connection resume the TLS session of its own control "
                              "connection?",
                              in_.choice_into(listener.session_reuse, session_reuse_names),
                              "prefer"))});
        return std::move(draft_);
    }

  private:
    [[nodiscard]] Key of_sftp(Key key) const { return of("sftp", "an sftp listener", key); }
    [[nodiscard]] Key of_ftps(Key key) const { return of("ftps", "an ftps listener", key); }
    [[nodiscard]] Key of(std::string_view protocol, std::string_view owner, Key key) const {
        if (protocol_.empty())
            key.kind = Key::Kind::optional;
        else if (protocol_ != protocol)
            return misplaced(key.name, owner);
        return key;
    }

    [[nodiscard]] ReadNode path_into(std::filesystem::path& field) const {
        return [this, &field](const Node& node) {
            if (const auto written = in_.text(node)) field = absolute(folder_, *written);
        };
    }

    void read_protocol(const Node& node) const {
        const std::span<const std::string_view> one(&protocol_, 1);
        static_cast<void>(in_.choice(node, in_.is_describing() ? one : protocol_names));
    }

    void read_bind(const Node& node) {
        const auto parsed = in_.parsed(node, text_form::bind, parse_bind);
        if (!parsed) return;
        draft_.listener.address = parsed->address;
        draft_.listener.port = parsed->port;
    }

    void read_host_keys(const Node& node) {
        const auto read = [&](const Node& key) {
            if (const auto written = in_.text(key))
                draft_.listener.host_keys.push_back(absolute(folder_, *written));
        };
        in_.items(node, host_key_limit, read, "expected at least one host key");
    }

    void read_passive(const Node& node) {
        Passive& passive = draft_.listener.passive;
        const auto read_ports = [&](const Node& value) {
            draft_.passive_ports_place = value.place;
            const auto ports = in_.parsed(value, text_form::ports, parse_ports);
            if (!ports) return;
            passive.first_port = ports->first;
            passive.last_port = ports->last;
        };
        in_.mapping(
            node,
            {optional("ports", "One port, or the first and the last of several.", read_ports),
             optional("address",
                      "The IPv4 address that PASV tells: the router's, where one forwards "
                      "the ports.",
                      in_.parsed_into(passive.address, text_form::ipv4, parse_passive_address))});
    }

    const Reader& in_;
    const std::filesystem::path& folder_;
    std::string_view protocol_;
    ListenerDraft draft_{};
};

/// Wherever it stands; empty where it is missing or wrong.
std::string_view protocol_of(const Node& node) {
    const Node* written = node.value_of("protocol");
    if (written == nullptr) return {};
    const auto known = std::ranges::find(protocol_names, written->text);
    return known == protocol_names.end() ? std::string_view() : *known;
}

}  // namespace

void read_listeners(const Reader& in, const Node& node, const std::filesystem::path& folder,
                    Draft& draft) {
    const auto read = [&](const Node& item) {
        if (!in.is_describing()) {
            draft.listeners.push_back(ListenerReader(in, folder, protocol_of(item)).read(item));
            return;
        }
        for (const std::string_view protocol : protocol_names)
            static_cast<void>(ListenerReader(in, folder, protocol).read(item));
    };
    in.items(node, listener_limit, read, "expected at least one listener");
}

}  // namespace consign::policy
