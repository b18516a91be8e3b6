// A site whose policy stands in files, as an administrator edits them, over a store of its own.
#pragma once

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "administered_store.hpp"
#include "desk/policy_reload.hpp"
#include "storage/database/sqlite.hpp"

namespace consign {

class ReloadableSite : public AdministeredStore {
  public:
    static constexpr std::string_view server = R"(version: 1
site: depot.example
data: data
policy: policy.d/*.yaml
keys: {root: "file:root.key"}
listeners: [{name: labs, protocol: sftp, bind: "127.0.0.1:0", host_keys: [host]}]
)";
    static constexpr std::string_view accounts = R"(version: 1
accounts:
  lab:
    home: /lab
    login: {any_of: [password], password: HASH}
    grants: [{path: /**, may: [list, upload]}]
  other:
    home: /other
    login: {any_of: [password], password: HASH}
    grants: [{path: /**, may: [list, upload]}]
)";

    ReloadableSite() {
        write("consign.yaml", server);
        write("policy.d/10.yaml", accounts);
        const policy::Loaded first = load();
        BOOST_REQUIRE_MESSAGE(first.policy, said(first));
        policy.replace(first.policy);
        site.reset(new desk::Site{.store = *store,
                                  .policy = policy,
                                  .clock = clock,
                                  .random = random,
                                  .log = log,
                                  .passwords = passwords,
                                  .started = clock.now()});
        reload.emplace(*site, config(), first);
    }

    [[nodiscard]] std::filesystem::path config() const { return folder.path() / "consign.yaml"; }
    [[nodiscard]] policy::Loaded load() const { return policy::load(config(), clock.now()); }
    /// A password hash (of "right") stands where the text says HASH.
    void write(const std::string& name, std::string_view text) const {
        std::string whole(text);
        for (std::size_t hole; (hole = whole.find("HASH")) != std::string::npos;)
            whole.replace(hole, 4,
                          "$5$rounds=1000$saltsalt$yYZoCURThim4Yn132s/3Pu/.JQpY6iHeknDBMqNKKs2");
        const auto file = folder.path() / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << whole;
    }
    /// The accounts' file, with something else in it.
    void edit(std::string_view from, std::string_view to) const {
        std::string text(accounts);
        const auto found = text.find(from);
        BOOST_REQUIRE(found != std::string::npos);
        write("policy.d/10.yaml", text.replace(found, from.size(), to));
    }
    [[nodiscard]] static std::string said(const policy::Loaded& loaded) {
        std::string text;
        for (const policy::Problem& problem : loaded.problems) text += problem.text() + "\n";
        return text;
    }
    desk::PolicyReload::Outcome take(desk::PolicyReload::Request request = {}) {
        return run(reload->take(std::move(request)));
    }

    /// Events since the last time that this was asked.
    std::vector<ledger::Event> new_events() {
        const auto rows = run(store->read([](Transaction& transaction) {
            return transaction.search.events({.limit = 100'000});
        }));
        std::vector<ledger::Event> events;
        for (const auto& row : rows.value())
            if (row.sequence > events_seen_) events.push_back(row.event);
        if (!rows->empty()) events_seen_ = rows->back().sequence;
        return events;
    }
    /// What somebody with the database file, and no key, could do to it.
    void alter(const char* sql) const {
        const auto connection = database::Connection::open(folder.path() / "data/consign.db",
                                                           database::Connection::Mode::read_write);
        BOOST_REQUIRE((*connection)->run_script(sql).has_value());
    }

    Log log{Log::Format::text, Log::Level::error, -1};
    desk::Passwords passwords;
    std::unique_ptr<desk::Site> site;
    std::optional<desk::PolicyReload> reload;

  private:
    std::int64_t events_seen_ = 0;
};

}  // namespace consign
