// A file of policy.d: its parts, and what several of them share.
#include <fmt/format.h>

#include "policy/draft.hpp"
#include "policy/language/spelling.hpp"
#include "policy/reader.hpp"

namespace consign::policy {

using yaml::Node;

namespace {

constexpr std::size_t alert_limit = 16;

}  // namespace

bool is_first(const Reader& in, std::map<std::string, Rule, std::less<>>& names,
              std::string_view kind, const std::string& name, Place at) {
    const auto [first, is_new] = names.try_emplace(name, in.rule(at));
    if (!is_new)
        in.error(at, fmt::format("the {} {} is there already, at {}", kind, cited(name),
                                 first->second.text()));
    return is_new;
}

ReadNode use_into(const Reading& reading, Use::Of of, std::string& name) {
    return [&reading, of, &name](const Node& node) {
        const auto written = reading.in.text(node, text_form::name);
        if (!written) return;
        name = *written;
        reading.draft.uses.push_back({of, name, reading.in.located(node.place)});
    };
}

ReadNode alert_names_into(const Reading& reading, std::vector<std::string>& names) {
    return [&reading, &names](const Node& node) {
        reading.in.one_or_items(node, alert_limit, [&](const Node& item) {
            std::string name;
            use_into(reading, Use::Of::alert, name)(item);
            if (!name.empty()) names.push_back(std::move(name));
        });
    };
}

void read_policy_file(const Reading& reading, const Node& root) {
    const Reader& in = reading.in;
    const auto part = [&](void (*read)(const Reading&, const Node&)) {
        return [&reading, read](const Node& node) { read(reading, node); };
    };
    in.mapping(
        root,
        {required("version", "The version of the policy language: 1.",
                  [&](const Node& node) { in.version(node); }),
         optional("groups", "What several accounts share, by the group's name.", part(read_groups)),
         optional("accounts", "Who may log in, how, and what each may do, by the account's name.",
                  part(read_accounts)),
         optional("routes",
                  "Where a deposit goes, over the whole tree, in order: each takes the first route "
                  "that matches.",
                  part(read_routes)),
         optional("classes",
                  "How long content is kept, and why, by the class's name: each is a line of the "
                  "register of processing.",
                  part(read_classes)),
         optional("targets", "Where the policy delivers to, and pulls from, by the target's name.",
                  part(read_targets)),
         optional("pulls", "What is fetched from a target, and when.", part(read_pulls)),
         optional("pickups", "What a partner is expected to collect, and when.",
                  part(read_pickups)),
         optional("deposits", "What an account is expected to bring, and when.",
                  part(read_deposits)),
         optional("alerts", "Whom to tell, and how, by the alert's name.", part(read_alerts))});
}

}  // namespace consign::policy
