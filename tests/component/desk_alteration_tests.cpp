// Promise 4: nothing altered is served.
#include <boost/test/data/test_case.hpp>
#include <functional>

#include "desk_site.hpp"

using namespace consign;
using namespace consign::testing;
using desk::desk_errc;

namespace {

using std::filesystem::path;

void flip(const path& file, std::uint64_t offset) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(offset));
    const char byte = static_cast<char>(stream.get());
    stream.seekp(static_cast<std::streamoff>(offset));
    stream.put(static_cast<char>(byte ^ 0x10));
}

/// What somebody does to the sealed file of /file; `other` is that of another.
struct Alteration {
    const char* name;
    std::function<void(const path& file, const path& other)> make;
};
std::ostream& operator<<(std::ostream& out, const Alteration& alteration) {
    return out << alteration.name;
}

const std::vector<Alteration> alterations{
    {"a bit of the magic", [](const path& file, const path&) { flip(file, 1); }},
    {"a bit of the first chunk",
     [](const path& file, const path&) { flip(file, vault::header_bytes + 100); }},
    {"a bit of the second chunk",
     [](const path& file, const path&) {
         flip(file, vault::header_bytes + vault::chunk_bytes + 100);
     }},
    {"the last bit", [](const path& file, const path&) { flip(file, file_size(file) - 1); }},
    {"a byte less", [](const path& file, const path&) { resize_file(file, file_size(file) - 1); }},
    {"no last chunk",
     [](const path& file, const path&) {
         resize_file(file,
                     vault::header_bytes + 2 * (vault::chunk_bytes + vault::record_overhead_bytes));
     }},
    {"the header alone",
     [](const path& file, const path&) { resize_file(file, vault::header_bytes); }},
    {"nothing", [](const path& file, const path&) { resize_file(file, 0); }},
    {"a byte more", [](const path& file, const path&) { resize_file(file, file_size(file) + 1); }},
    {"another's content",
     [](const path& file, const path& other) {
         copy_file(other, file, std::filesystem::copy_options::overwrite_existing);
     }},
    {"another's body under its own header",
     [](const path& file, const path& other) {
         std::fstream from(other, std::ios::in | std::ios::binary);
         std::fstream to(file, std::ios::in | std::ios::out | std::ios::binary);
         from.seekg(vault::header_bytes);
         to.seekp(vault::header_bytes);
         to << from.rdbuf();
     }},
};

struct Fixture {
    DeskSite site;
    Peer lab{site, "lab"};
    const Bytes content = content_of(150'000);

    void alter(const Alteration& alteration) {
        required(lab.put("/file", content));
        const auto file = site.vault_path(site.committed().front());
        required(lab.put("/other", content_of(content.size(), 2)));
        for (const Id& stream : site.committed())
            if (site.vault_path(stream) != file) alteration.make(file, site.vault_path(stream));
        (void)site.new_events();
    }
    void told_of_it() {
        const auto events = site.new_events();
        BOOST_TEST(std::ranges::count(events, ledger::Action::altered_content_found,
                                      &ledger::Event::action) == 1);
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(desk_alteration)

BOOST_DATA_TEST_CASE_F(Fixture,
                       an_altered_file_is_not_served_hashed_or_continued_and_the_ledger_tells,
                       boost::unit_test::data::make(alterations), alteration) {
    alter(alteration);
    BOOST_TEST(error_of(lab.get("/file")) == desk_errc::altered);
    told_of_it();
    site.clock.advance(std::chrono::minutes(1));
    site.look_after();
    BOOST_TEST(error_of(lab.hash("/file")) == desk_errc::altered);
    told_of_it();
    site.clock.advance(std::chrono::minutes(1));
    site.look_after();
    BOOST_TEST(error_of(lab.open("/file", resuming)) == desk_errc::altered);
    told_of_it();
    BOOST_TEST(site.staged().empty());
}

BOOST_FIXTURE_TEST_CASE(nothing_of_an_altered_chunk_leaves, Fixture) {
    alter(alterations[2]);
    const auto download = required(lab.collect("/file"));
    Bytes first(vault::chunk_bytes), second(100);
    std::array<desk::Download::Range, 2> ranges{
        {{0, first, 0}, {vault::chunk_bytes + 50, second, 0}}};
    BOOST_TEST(error_of(site.run(download->read(ranges))) == desk_errc::altered);
    BOOST_TEST(ranges[0].count == first.size());
    BOOST_TEST(ranges[1].count == 0U);
    BOOST_TEST((second == Bytes(second.size())));
}

BOOST_AUTO_TEST_SUITE_END()
