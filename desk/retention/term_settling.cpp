#include "desk/retention/term_settling.hpp"

#include "desk/site/lives.hpp"
#include "policy/compare.hpp"
#include "storage/catalog/errc.hpp"
#include "storage/database/errc.hpp"

namespace consign::desk {

namespace {

bool tells_a_life(std::string_view because) {
    return because.starts_with("born") || because.starts_with("died");
}

Result<terms::Term> term_without_class(Transaction& transaction, catalog::FileId file,
                                       Timestamp now, bool& has_name) {
    const auto names = transaction.catalog.has_name(file);
    if (!names) return failure(names.error());
    has_name = *names;
    return terms::Term{.due = now, .why = "its last name is gone, and no class covers it"};
}

/// It stays the term by which it was doomed: its certificate tells that.
Result<> keep_term(Transaction& transaction, const policy::Policy& policy, catalog::FileId file,
                   Timestamp now) {
    const auto settled = transaction.terms.find(file);
    if (!settled) return failure(settled.error());
    if (!*settled) return {};
    const bool is_readable = (*settled)->term.due.has_value();
    return transaction.terms.settle(
        file, is_readable ? (*settled)->term : terms::Term{.due = now, .why = "it is doomed"},
        policy.terms);
}

}  // namespace

terms::Term term_of(const policy::Policy& policy, const std::vector<catalog::Life>& lives,
                    const std::vector<catalog::Claim>& claims) {
    std::optional<policy::Term> longest;
    const std::string* class_name = nullptr;
    for (const catalog::Life& life : lives) {
        auto term = policy::term_under(policy, life.class_name, lives_of(life, claims));
        if (longest && !policy::ends_sooner(*longest, term)) continue;
        longest = std::move(term);
        class_name = &life.class_name;
    }
    if (!longest) return {};
    terms::Term term{.class_name = *class_name,
                     .rule = longest->rule.text(),
                     .why = std::string(longest->because),
                     .tells_a_life = tells_a_life(longest->because)};
    if (longest->state == policy::Term::State::due) term.due = longest->at;
    return term;
}

Result<> settle_term(Transaction& transaction, const policy::Policy& policy, catalog::FileId file,
                     Timestamp now) {
    const auto stream = transaction.catalog.stream_of(file);
    if (!stream && stream.error() == catalog::catalog_errc::no_such_file) return {};
    if (!stream) return failure(stream.error());
    const auto doomed = transaction.catalog.doomed_file(*stream);
    if (!doomed) return failure(doomed.error());
    if (*doomed) return keep_term(transaction, policy, file, now);
    const auto lives = transaction.catalog.lives_of(file);
    // What cannot be read any more says nothing: then it is kept.
    if (!lives && lives.error() == database::database_errc::altered_cell)
        return transaction.terms.settle(
            file, {.why = "what is known of its subject cannot be read"}, policy.terms);
    if (!lives) return failure(lives.error());
    if (!lives->empty()) {
        const auto claims = transaction.catalog.claims_on(file);
        if (!claims) return failure(claims.error());
        return transaction.terms.settle(file, term_of(policy, *lives, *claims), policy.terms);
    }
    bool has_name = false;
    const auto term = term_without_class(transaction, file, now, has_name);
    if (!term) return failure(term.error());
    return has_name ? transaction.terms.drop(file)
                    : transaction.terms.settle(file, *term, policy.terms);
}

Result<> settle_after_deposit(Transaction& transaction, const policy::Policy& policy,
                              const policy::Class& given, catalog::FileId file, Timestamp now) {
    if (given.counted_from == policy::CountedFrom::last_activity || given.after_death)
        if (auto marked = transaction.terms.mark_subjects_of(file); !marked) return marked;
    return settle_term(transaction, policy, file, now);
}

}  // namespace consign::desk
