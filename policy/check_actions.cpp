// What routes do: paths that nobody sees, that clash, that can have no value; actions that exclude
// each other.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "policy/check.hpp"
#include "policy/decide.hpp"
#include "policy/language/spelling.hpp"

namespace consign::policy {

namespace {

/// A path here that an action makes; null of the others.
const PathTemplate* path_of(const Action& action) {
    if (const auto* copy = std::get_if<Copy>(&action)) return &copy->target;
    if (const auto* move = std::get_if<Move>(&action)) return &move->target;
    return nullptr;
}
const PathTemplate* template_of(const Action& action) {
    if (const auto* deliver = std::get_if<Deliver>(&action)) return &deliver->path;
    return path_of(action);
}

/// Holds it nothing that differs from file to file?
bool is_one_path(const PathTemplate& path) {
    constexpr std::array<std::string_view, 10> telling{"{name}",    "{stem}", "{time}",  "{sha256}",
                                                       "{capture.", "{hl7.",  "{hprim.", "{dicom.",
                                                       "{xml.",     "{csv."};
    return std::ranges::none_of(
        telling, [&](std::string_view placeholder) { return path.text().contains(placeholder); });
}

class ActionsCheck {
  public:
    ActionsCheck(const Checking& checking, const std::set<VirtualPath>& homes,
                 const RouteDraft& draft)
        : checking_(checking), homes_(homes), draft_(draft), route_(draft.route) {}

    void run() const {
        for (std::size_t index = 0; index < route_.to.size(); ++index) check_action(index);
        if (!route_.acknowledge) return;
        const Located at{draft_.at.file, draft_.acknowledge_place};
        check_template(route_.acknowledge->target, at);
        check_seen(route_.acknowledge->target, at);
    }

  private:
    [[nodiscard]] Located at(std::size_t index) const {
        return {draft_.at.file, draft_.action_places[index]};
    }

    [[nodiscard]] bool is_quarantined() const {
        return std::ranges::any_of(route_.to, [](const Action& action) {
            return std::holds_alternative<Quarantine>(action);
        });
    }

    void check_action(std::size_t index) const {
        const Action& action = route_.to[index];
        if (const PathTemplate* path = template_of(action)) check_template(*path, at(index));
        if (const PathTemplate* path = path_of(action)) {
            check_seen(*path, at(index));
            check_twice(*path, index);
        }
        const bool is_move = std::holds_alternative<Move>(action);
        const bool is_quarantine = std::holds_alternative<Quarantine>(action);
        const bool gives_a_name = !is_quarantine && !std::holds_alternative<Tag>(action);
        if (gives_a_name && is_quarantined())
            checking_.warning(at(index),
                              fmt::format("with a quarantine in the same route, no `{}` is made",
                                          name_of(action)));
        if (!is_move && !is_quarantine) return;
        for (std::size_t earlier = 0; earlier < index; ++earlier)
            if (route_.to[earlier].index() == action.index())
                checking_.error(
                    at(index),
                    fmt::format("the file has moved already, by the `{}` at line {}",
                                name_of(route_.to[earlier]), rule_of(route_.to[earlier]).line));
    }

    /// Have its placeholders a value?
    void check_template(const PathTemplate& path, const Located& at) const {
        for (const Capture& capture : path.captures()) {
            const auto& regex = route_.when.path_regex;
            if (!regex)
                checking_.error(at, fmt::format("{} holds a capture, and the route has no "
                                                "`path_regex`",
                                                cited(path.text())));
            else if (!regex->capture_named(capture.group))
                checking_.error(at, fmt::format("the route's `path_regex` has no group {}",
                                                cited(capture.group)));
        }
        if (is_one_path(path))
            checking_.warning(at, fmt::format("{} is the same for every file of a day, or for all: "
                                              "add a part such as `{{name}}`",
                                              cited(path.text())));
    }

    void check_seen(const PathTemplate& path, const Located& at) const {
        if (is_behind_receipts(path))
            return checking_.warning(
                at, fmt::format("{} lies in {} of a home, where an account finds its receipts and "
                                "nothing else: nobody will see the file there",
                                cited(path.text()), receipts_folder().text()));
        if (path.starts_at_home() || !checking_.all_files_read || is_in_a_home(path)) return;
        checking_.warning(at, fmt::format("{} lies in no account's home: nobody will see the file",
                                          cited(path.text())));
    }

    void check_twice(const PathTemplate& path, std::size_t index) const {
        for (std::size_t earlier = 0; earlier < index; ++earlier) {
            const PathTemplate* other = path_of(route_.to[earlier]);
            if (other == nullptr || other->text() != path.text()) continue;
            checking_.warning(at(index), fmt::format("the same path stands at line {}: the two "
                                                     "must clash",
                                                     rule_of(route_.to[earlier]).line));
            return;
        }
    }

    /// The folder of receipts stands before it.
    [[nodiscard]] bool is_behind_receipts(const PathTemplate& path) const {
        if (path.starts_at_home())
            return path.text().starts_with(fmt::format("{{home}}{}/", receipts_folder().text()));
        const VirtualPath folder = path.literal_folder();
        return std::ranges::any_of(homes_, [&](const VirtualPath& home) {
            return home.contains(folder) && receipts_folder().contains(home.relative(folder));
        });
    }

    /// Or may be, where a placeholder decides.
    [[nodiscard]] bool is_in_a_home(const PathTemplate& path) const {
        const VirtualPath folder = path.literal_folder();
        for (VirtualPath above = folder;; above = above.parent()) {
            if (homes_.contains(above)) return true;
            if (above.is_root()) break;
        }
        if (path.has_literal_folder()) return false;
        return std::ranges::any_of(homes_,
                                   [&](const VirtualPath& home) { return folder.contains(home); });
    }

    const Checking& checking_;
    const std::set<VirtualPath>& homes_;
    const RouteDraft& draft_;
    const Route& route_;
};

}  // namespace

void check_actions(const Checking& checking) {
    std::set<VirtualPath> homes;
    for (const auto& [id, account] : checking.draft.accounts)
        if (account.has_home) homes.insert(account.account.home);
    for (const RouteDraft& draft : checking.draft.routes)
        ActionsCheck(checking, homes, draft).run();
}

}  // namespace consign::policy
