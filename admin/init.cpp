// `consign init`: a new site, and what to do next.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <memory>

#include "admin/command.hpp"
#include "admin/new_site.hpp"

namespace consign::admin {

namespace {

const std::filesystem::path packaged_config = "/etc/consign/consign.yaml";
const std::filesystem::path packaged_data = "/var/lib/consign";
constexpr const char* packaged_user = "consign";

std::string host_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

/// The site of the Debian package belongs to the service's user; any other, to who makes it.
Outcome<std::optional<User>> owner_of(const Command& command, const std::string& named) {
    if (!named.empty() && ::geteuid() != 0)
        return failed("only root can give a site to another user; leave --owner out, or use root");
    if (!named.empty()) {
        auto user = user_named(named);
        if (!user) return std::unexpected(std::move(user).error());
        return *std::move(user);
    }
    if (::geteuid() == 0 && command.config == packaged_config)
        if (auto user = user_named(packaged_user)) return *std::move(user);
    return std::nullopt;
}

Outcome<> init(const Command& command, const std::string& owner_name) {
    const auto owner = owner_of(command, owner_name);
    if (!owner) return std::unexpected(owner.error());
    const bool packaged = command.config == packaged_config;
    const std::filesystem::path data =
        command.data.empty() ? (packaged ? packaged_data : std::filesystem::path("data"))
                             : std::filesystem::absolute(command.data);
    const auto site =
        make_site({.config = command.config, .data = data, .name = host_name(), .owner = *owner});
    if (!site) return std::unexpected(site.error());
    for (const auto& path : site->made) fmt::print("made  {}\n", path.string());
    for (const auto& path : site->left) fmt::print("left  {} (was there already)\n", path.string());
    fmt::print(
        "\nKeep a copy of keys/root.key in a safe: without it, nothing in the data folder can be "
        "read.\nGive keys/witness.pub to whoever audits you: it tells this site's checkpoints from "
        "others.\nNext: put your accounts into policy.d/10-accounts.yaml, then\n"
        "  consign -c {0} check\n"
        "  {1}\n",
        command.config.string(),
        packaged ? std::string("systemctl start consignd")
                 : fmt::format("{}consignd -c {}",
                               *owner ? fmt::format("runuser -u {} -- ", (*owner)->name) : "",
                               command.config.string()));
    return {};
}

}  // namespace

void add_init(CLI::App& app, Command& command) {
    auto* verb = app.add_subcommand(
        "init", "Make a new site: consign.yaml, policy.d, keys, and an empty data folder");
    const auto owner = std::make_shared<std::string>();
    verb->add_option("--owner", *owner,
                     "The user that consignd will run as (as root; for /etc/consign: consign)");
    verb->footer(
        "Overwrites nothing. The data folder is `data` beside FILE (of /etc/consign/consign.yaml: "
        "/var/lib/consign), or what --data names.");
    verb->callback(
        [&command, owner] { command.verb = [&command, owner] { return init(command, *owner); }; });
}

}  // namespace consign::admin
