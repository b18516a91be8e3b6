// What must hold of every policy and every deposit, tried on many made by chance.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <random>

#include "policies/deposits.hpp"
#include "policy/decide.hpp"
#include "policy/explain.hpp"

using namespace consign;
using namespace consign::policy;

namespace {

constexpr int tries = 3000;

/// Small vocabularies, so that much matches.
class Chance {
  public:
    explicit Chance(unsigned seed) : random_(seed) {}

    template <class Items>
    const auto& one_of(const Items& items) {
        return items[random_() % std::size(items)];
    }
    bool maybe() { return random_() % 2 == 0; }
    std::size_t up_to(std::size_t most) { return random_() % (most + 1); }

    Account account() {
        Account made = account_named(one_of(ids_), "/labs/" + one_of(ids_));
        made.group = one_of(groups_);
        if (maybe()) made.claims = Claims{{"LAB", "OTHER"}, {}};
        for (std::size_t count = up_to(4); count > 0; --count) made.grants.push_back(grant());
        return made;
    }

    Grant grant() {
        static const std::vector<std::string> globs{
            "/**", "/in/**", "/in/*", "/out/**", "/{in,acks}/**", "/in/a.hl7", "/*/b/**"};
        Grant made{Glob::path(one_of(globs)).value(), {}, {"g.yaml", ++line_}};
        for (const Verb verb : {Verb::list, Verb::download, Verb::upload, Verb::overwrite})
            if (maybe()) made.may.insert(verb);
        return made;
    }

    Route route() {
        static const std::vector<std::string> globs{
            "/**", "/labs/*/in/**", "/labs/a/**", "/labs/*/*", "/labs/{a,b}/in/*", "/partners/**"};
        static const std::vector<std::string> names{"*", "*.hl7", "a.*", "?.hl7"};
        static const std::vector<std::string> templates{
            "/p/{name}",       "/p/{hl7.MSH-10}/{name}", "{home}/acks/{stem}.ack",
            "/p/{capture.1}x", "/p/{date}/{ext}",        "/p/{hl7.MSH-4.1}/{account}"};
        ++line_;
        Route made = route_named("r" + std::to_string(line_), one_of(globs), line_);
        if (maybe()) made.when.file_name = Glob::name(one_of(names)).value();
        if (maybe()) made.when.accounts = {one_of(ids_)};
        if (maybe()) made.when.groups = {one_of(groups_)};
        if (up_to(3) == 0) made.when.fields = {asks("MSH-4", one_of(senders_))};
        if (up_to(3) == 0) made.when.path_regex = Pattern::parse("(.*)/[^/]*").value();
        for (std::size_t count = up_to(3); count > 0; --count)
            made.to.emplace_back(Copy{to(one_of(templates)), {"r.yaml", line_}});
        return made;
    }

    std::string name() {
        static const std::vector<std::string> names{"/in/a.hl7", "/in/b.hl7", "/out/a.hl7",
                                                    "/in/b/c",   "/..x",      "/in/...",
                                                    "/acks/a",   "/a",        "/in/\xff.hl7"};
        return one_of(names);
    }
    std::string text() {
        if (maybe()) return {};
        return hl7_message(one_of(senders_), "H");
    }

    Policy policy() {
        Policy made;
        made.zone = "Europe/Paris";
        for (const std::string& id : ids_) {
            Account one = account();
            one.id = id;
            made.accounts.emplace(id, one);
        }
        for (std::size_t count = up_to(6); count > 0; --count) made.routes.push_back(route());
        return made;
    }

  private:
    const std::vector<std::string> ids_{"a", "b", "c"};
    const std::vector<std::string> groups_{"labs", "partners"};
    const std::vector<std::string> senders_{"LAB", "OTHER", "../..", "..", "A/B", "X\\T\\Y"};
    std::mt19937 random_;
    int line_ = 0;
};

/// What a routing says, without addresses.
std::string said(const std::optional<Routing>& routing) {
    if (!routing) return "nothing";
    std::string text = routing->route ? routing->route->name : "claims";
    text += routing->rule.text();
    const auto add = [&](const Destination& to) {
        text += "|";
        text += to.path ? std::string(to.path->text()) : to.path.error().message();
        text += to.rule.text();
    };
    for (const Destination& copy : routing->copies) add(copy);
    if (routing->quarantine) text += "|" + routing->quarantine->reason;
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(route_properties)

BOOST_AUTO_TEST_CASE(the_first_match_wins) {
    Chance chance(1);
    int matched = 0;
    for (int index = 0; index < tries; ++index) {
        const Policy policy = chance.policy();
        const Account& account = policy.accounts.begin()->second;
        const DepositFacts facts = deposit(account, chance.name(), chance.text());
        const auto routing = route(policy, facts);
        if (!routing || routing->route == nullptr) continue;
        ++matched;
        Candidate candidate(facts);
        for (const Route& earlier : policy.routes) {
            if (&earlier == routing->route) break;
            BOOST_TEST_REQUIRE(mismatch(earlier, candidate).has_value());
        }
        BOOST_TEST_REQUIRE(!mismatch(*routing->route, candidate));
    }
    BOOST_TEST(matched > tries / 10);
}

BOOST_AUTO_TEST_CASE(an_index_of_the_routes_changes_no_decision) {
    static const std::vector<std::string> senders{"LAB", "lab", "Lab^1", "A~LAB", "A~B", "^LAB"};
    static const std::vector<std::string> patterns{"LAB", "L*", "A~LAB", "^1", "LAB^1", "B"};
    static const std::vector<std::string> fields{"MSH-4", "MSH-4.1", "MSH-9"};
    Chance chance(8);
    int left_out = 0, matched = 0;
    for (int index = 0; index < tries; ++index) {
        Policy policy = chance.policy();
        for (Route& route : policy.routes) {
            route.when.fields.clear();
            for (std::size_t count = chance.up_to(2); count > 0; --count) {
                FieldCondition& made = route.when.fields.emplace_back(
                    asks(chance.one_of(fields), chance.one_of(patterns)));
                if (chance.maybe())
                    made.any_of.push_back(
                        content::FieldPattern::parse(chance.one_of(patterns), chance.maybe())
                            .value());
            }
        }
        const Account& account = policy.accounts.begin()->second;
        const DepositFacts facts =
            deposit(account, chance.name(), hl7_message(chance.one_of(senders), "H"));
        const std::string without = said(route(policy, facts));
        policy.route_index = RouteIndex(policy.routes);
        BOOST_TEST_REQUIRE(said(route(policy, facts)) == without);
        if (policy.route_index.possible(facts.content).size() < policy.routes.size()) ++left_out;
        if (route(policy, facts)) ++matched;
    }
    BOOST_TEST(left_out > tries / 10);
    BOOST_TEST(matched > tries / 10);
}

BOOST_AUTO_TEST_CASE(a_value_that_a_message_repeats_thousands_of_times_is_looked_up_once) {
    std::vector<Route> routes(5000);
    for (Route& route : routes) route.when.fields = {asks("MSH-6", "H")};
    std::string repeated = "H";
    while (repeated.size() < content::head_limit_bytes) repeated += "~H";
    const content::Content content{.fields = {{asks("MSH-6", "H").field, repeated}}};
    const RouteIndex index(routes);
    const auto start = std::chrono::steady_clock::now();
    BOOST_TEST(index.possible(content).size() == routes.size());
    // Milliseconds; looked up each time, it is seconds and hundreds of MiB.
    BOOST_TEST((std::chrono::steady_clock::now() - start < std::chrono::seconds(5)));
}

BOOST_AUTO_TEST_CASE(adding_a_route_below_never_changes_what_one_above_decided) {
    Chance chance(2);
    int decided = 0;
    for (int index = 0; index < tries; ++index) {
        Policy policy = chance.policy();
        const Account account = policy.accounts.begin()->second;
        const DepositFacts facts = deposit(account, chance.name(), chance.text());
        const auto before = route(policy, facts);
        const std::string said_before = said(before);
        policy.routes.push_back(chance.route());
        if (!before) continue;
        ++decided;
        BOOST_TEST_REQUIRE(said(route(policy, facts)) == said_before);
    }
    BOOST_TEST(decided > tries / 10);
}

BOOST_AUTO_TEST_CASE(adding_a_grant_below_never_changes_what_one_above_decided) {
    Chance chance(3);
    int decided = 0;
    for (int index = 0; index < tries; ++index) {
        Account account = chance.account();
        const VirtualPath asked = path(chance.name());
        const Verdict before = may(account, Verb::upload, asked);
        const bool by_grant = before.rule.file == "g.yaml";
        account.grants.push_back(chance.grant());
        if (!by_grant) continue;
        ++decided;
        const Verdict after = may(account, Verb::upload, asked);
        BOOST_TEST_REQUIRE(after.allowed == before.allowed);
        BOOST_TEST_REQUIRE((after.rule == before.rule));
    }
    BOOST_TEST(decided > tries / 10);
}

BOOST_AUTO_TEST_CASE(no_template_leaves_the_folder_that_it_names) {
    Chance chance(4);
    int expanded = 0;
    for (int index = 0; index < tries; ++index) {
        const Policy policy = chance.policy();
        const Account& account = policy.accounts.begin()->second;
        const auto routing = route(policy, deposit(account, chance.name(), chance.text()));
        if (!routing || routing->route == nullptr) continue;
        for (std::size_t at = 0; at < routing->copies.size(); ++at) {
            const auto& made = routing->copies[at].path;
            if (!made) continue;
            ++expanded;
            const PathTemplate& target = std::get<Copy>(routing->route->to[at]).target;
            const VirtualPath root =
                target.starts_at_home() ? account.home : target.literal_folder();
            BOOST_TEST_REQUIRE(root.contains(*made));
            // As deep as it was written, and normal.
            BOOST_TEST_REQUIRE((VirtualPath::parse(made->text()).value() == *made));
        }
    }
    BOOST_TEST(expanded > tries / 10);
}

BOOST_AUTO_TEST_CASE(a_decision_depends_on_the_time_through_its_argument_alone) {
    Chance chance(5);
    for (int index = 0; index < tries / 10; ++index) {
        const Policy policy = chance.policy();
        const Account& account = policy.accounts.begin()->second;
        const DepositFacts facts = deposit(account, chance.name(), chance.text());
        // The policy has been loaded, copied and asked at another moment of the machine's clock.
        const Policy copy = policy;
        BOOST_TEST_REQUIRE(said(route(policy, facts)) == said(route(copy, facts)));
        DepositFacts later = facts;
        later.time += std::chrono::years(1);
        BOOST_TEST_REQUIRE(said(route(policy, facts)) == said(route(copy, facts)));
        static_cast<void>(route(policy, later));
        BOOST_TEST_REQUIRE(said(route(policy, facts)) == said(route(copy, facts)));
    }
}

BOOST_AUTO_TEST_CASE(content_that_was_not_needed_would_have_changed_nothing) {
    Chance chance(6);
    int spared = 0;
    for (int index = 0; index < tries; ++index) {
        const Policy policy = chance.policy();
        const Account& account = policy.accounts.begin()->second;
        const std::string text = chance.text();
        DepositFacts facts = deposit(account, chance.name(), text);
        if (needs_content(policy, account, facts.path)) continue;
        ++spared;
        const std::string with = said(route(policy, facts));
        facts.content = {};
        BOOST_TEST_REQUIRE(said(route(policy, facts)) == with);
    }
    BOOST_TEST(spared > tries / 50);
}

BOOST_AUTO_TEST_CASE(an_explanation_says_what_the_decision_says) {
    Chance chance(7);
    for (int index = 0; index < tries; ++index) {
        const Policy policy = chance.policy();
        const Account& account = policy.accounts.begin()->second;
        const std::string text = chance.text();
        const DepositFacts facts = deposit(account, chance.name(), text);
        const auto explained = explain(policy, {.account = account.id,
                                                .path = account.home.relative(facts.path),
                                                .at = facts.time,
                                                .content = facts.content,
                                                .size_bytes = facts.size_bytes});
        BOOST_TEST_REQUIRE(explained.has_value());
        const Verdict verdict = may(account, Verb::upload, account.home.relative(facts.path));
        BOOST_TEST_REQUIRE(explained->verdict.allowed == verdict.allowed);
        BOOST_TEST_REQUIRE((explained->verdict.rule == verdict.rule));
        if (!verdict.allowed) continue;
        BOOST_TEST_REQUIRE(said(explained->routing) == said(route(policy, facts)));
        const bool by_route = explained->routing && explained->routing->route != nullptr;
        if (by_route) BOOST_TEST_REQUIRE(explained->routes.back().matched);
        for (const Considered& one : explained->routes)
            BOOST_TEST_REQUIRE((one.matched || !one.why.empty()));
    }
}

BOOST_AUTO_TEST_SUITE_END()
