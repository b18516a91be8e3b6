// Routes whose conditions can never hold, or that an earlier route leaves nothing.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "policy/check.hpp"
#include "policy/glob_cover.hpp"
#include "policy/language/spelling.hpp"

namespace consign::policy {

namespace {

/// Does a condition that is one of several values, or anything where there are none, take all that
/// the other takes?
template <class Values>
bool takes_all(const Values& values, const Values& other) {
    return values.empty() || (!other.empty() && std::ranges::all_of(other, [&](const auto& value) {
               return std::ranges::find(values, value) != values.end();
           }));
}

bool takes_all(const std::optional<Glob>& glob, const std::optional<Glob>& other) {
    return !glob || (other && covers(*glob, *other));
}

bool takes_all(const FieldCondition& condition, const FieldCondition& other) {
    return condition.field == other.field &&
           std::ranges::all_of(other.any_of, [&](const content::FieldPattern& value) {
               return std::ranges::find(condition.any_of, value.text(),
                                        &content::FieldPattern::text) != condition.any_of.end();
           });
}

bool takes_all_sizes(const Conditions& when, const Conditions& other) {
    const bool from = !when.at_least_bytes ||
                      (other.at_least_bytes && *when.at_least_bytes <= *other.at_least_bytes);
    const bool to =
        !when.at_most_bytes || (other.at_most_bytes && *when.at_most_bytes >= *other.at_most_bytes);
    return from && to;
}

/// Does every deposit that the later one matches match the earlier one? No may stand for yes.
bool leaves_nothing(const RouteDraft& earlier, const RouteDraft& later) {
    const Conditions& mine = earlier.route.when;
    const Conditions& other = later.route.when;
    const bool has_case = mine.path_regex || !mine.fields.empty();
    if (has_case && later.ignores_case && !earlier.ignores_case) return false;
    if (mine.path_regex &&
        (!other.path_regex || mine.path_regex->text() != other.path_regex->text()))
        return false;
    return takes_all(mine.accounts, other.accounts) && takes_all(mine.groups, other.groups) &&
           takes_all_sizes(mine, other) && (mine.time.empty() || mine.time == other.time) &&
           takes_all(mine.formats, other.formats) && takes_all(mine.packings, other.packings) &&
           std::ranges::all_of(mine.fields,
                               [&](const FieldCondition& field) {
                                   return std::ranges::any_of(other.fields,
                                                              [&](const FieldCondition& one) {
                                                                  return takes_all(field, one);
                                                              });
                               }) &&
           takes_all(mine.file_name, other.file_name) && takes_all(mine.path, other.path);
}

/// Those that a dictionary's fields are of.
std::vector<content::Format> formats_of(content::Dictionary dictionary) {
    using enum content::Format;
    switch (dictionary) {
        case content::Dictionary::hl7:
            return {hl7};
        case content::Dictionary::hprim:
            return {hprim_sante, hprim_medecin};
        case content::Dictionary::dicom:
            return {dicom};
        case content::Dictionary::xml:
            return {xml};
        case content::Dictionary::csv:
            return {csv};
    }
    return {};
}

/// Is there a format that has all of the fields?
bool can_have_fields(const Conditions& when) {
    std::set<content::Format> possible(when.formats.begin(), when.formats.end());
    bool is_any = possible.empty();
    for (const FieldCondition& condition : when.fields) {
        const auto formats = formats_of(condition.field.dictionary());
        if (is_any)
            possible.insert(formats.begin(), formats.end());
        else
            std::erase_if(possible, [&](content::Format format) {
                return std::ranges::find(formats, format) == formats.end();
            });
        is_any = false;
    }
    return is_any || !possible.empty();
}

/// Finds the homes near a pattern without asking each.
class Homes {
  public:
    explicit Homes(const Draft& draft) {
        for (const auto& [id, account] : draft.accounts) {
            if (account.has_home) all_.insert(account.account.home);
            is_sound_ = is_sound_ && account.has_home;
        }
    }
    [[nodiscard]] bool is_sound() const { return is_sound_ && !all_.empty(); }

    /// Is there a path that matches in one of them?
    [[nodiscard]] bool meet(const Glob& glob) const {
        return std::ranges::any_of(glob.literal_parts(), [&](const VirtualPath& part) {
            for (VirtualPath above = part;; above = above.parent()) {
                if (all_.contains(above)) return true;
                if (above.is_root()) break;
            }
            for (auto below = all_.lower_bound(part); below != all_.end(); ++below) {
                if (!part.contains(*below)) {
                    // `/a-b` stands between `/a` and `/a/b`.
                    if (!below->text().starts_with(part.text())) break;
                    continue;
                }
                if (glob.matches(*below) || glob.leads_on_from(*below)) return true;
            }
            return false;
        });
    }

  private:
    std::set<VirtualPath> all_;
    bool is_sound_ = true;
};

/// Is there a named account in a named group?
bool have_accounts(const Draft& draft, const Conditions& when) {
    if (when.accounts.empty() || when.groups.empty()) return true;
    return std::ranges::any_of(when.accounts, [&](const std::string& id) {
        const auto account = draft.accounts.find(id);
        return account == draft.accounts.end() ||
               std::ranges::find(when.groups, account->second.account.group) != when.groups.end();
    });
}

/// Has one of the named accounts a home where the path can be?
bool homes_allow(const Draft& draft, const Conditions& when) {
    if (when.accounts.empty() || !when.path || when.path->ignores_case()) return true;
    return std::ranges::any_of(when.accounts, [&](const std::string& id) {
        const auto account = draft.accounts.find(id);
        return account == draft.accounts.end() || !account->second.has_home ||
               when.path->matches(account->second.account.home) ||
               when.path->leads_on_from(account->second.account.home);
    });
}

/// Why no deposit can match; empty: one can.
std::string contradiction(const Draft& draft, const Conditions& when, const Homes& homes) {
    if (!can_have_fields(when)) return "no format has all of these fields";
    if (!have_accounts(draft, when)) return "none of these accounts is in one of these groups";
    if (!homes_allow(draft, when)) return "none of these accounts has its home there";
    if (when.path && !when.path->ignores_case() && homes.is_sound() && !homes.meet(*when.path))
        return "no account has its home there";
    return {};
}

void check_temporary_names(const Checking& checking, const RouteDraft& draft) {
    if (!draft.route.when.file_name) return;
    for (const Glob& temporary : checking.draft.policy.temporary_names)
        if (covers_some(temporary, *draft.route.when.file_name)) {
            checking.warning({draft.at.file, draft.name_place},
                             fmt::format("a file whose name matches {} of `temporary_names` is no "
                                         "deposit until it is renamed: no route sees it",
                                         cited(temporary.text())));
            return;
        }
}

}  // namespace

void check_routes(const Checking& checking) {
    const auto& routes = checking.draft.routes;
    const Homes homes(checking.draft);
    for (auto draft = routes.begin(); draft != routes.end(); ++draft) {
        if (!draft->is_sound) continue;
        check_temporary_names(checking, *draft);
        if (!checking.all_files_read) continue;
        const std::string why_never = contradiction(checking.draft, draft->route.when, homes);
        const auto earlier = std::find_if(routes.begin(), draft, [&](const RouteDraft& one) {
            return one.is_sound && leaves_nothing(one, *draft);
        });
        if (!why_never.empty())
            checking.warning(draft->at, fmt::format("this route can never match: {}", why_never));
        else if (earlier != draft)
            checking.warning(draft->at,
                             fmt::format("this route can never match: {} ({}) takes all that it "
                                         "would",
                                         cited(earlier->route.name), earlier->route.rule.text()));
        if (draft->route.retention_class.empty())
            checking.warning(draft->at,
                             "this route has no `class`: what it takes is kept no "
                             "longer than its last name");
    }
}

}  // namespace consign::policy
