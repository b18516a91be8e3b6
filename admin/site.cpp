#include "admin/site.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "policy/load.hpp"

namespace consign::admin {

Outcome<std::shared_ptr<const policy::Policy>> load_site(const std::filesystem::path& config) {
    std::error_code unknown;
    if (!std::filesystem::exists(config, unknown) && !unknown)
        return failed(
            fmt::format("there is no {}; name the site's consign.yaml with -c, or make a "
                        "new site with `consign -c FILE init`",
                        config.string()));
    auto loaded = policy::load(config);
    if (loaded.policy) return std::move(loaded.policy);
    const auto first = std::ranges::find(loaded.problems, policy::Problem::Severity::error,
                                         &policy::Problem::severity);
    return failed(fmt::format("the policy does not load ({}); `consign check` shows every mistake",
                              first == loaded.problems.end() ? "no reason given" : first->text()));
}

Outcome<std::filesystem::path> data_folder(const Command& command) {
    if (!command.data.empty()) return command.data;
    auto site = load_site(command.config);
    if (site) return (*site)->data;
    site.error().text += ". To reach a running daemon all the same, name its folder with --data";
    return std::unexpected(std::move(site).error());
}

}  // namespace consign::admin
