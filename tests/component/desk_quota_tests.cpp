// Quotas are held at OPEN, at each write and at the end; what is replaced does not count twice.
#include <boost/test/data/test_case.hpp>

#include "desk_site.hpp"
#include "hooked_disk.hpp"

using namespace consign;
using namespace consign::testing;
using desk::desk_errc;

namespace {

constexpr std::size_t kib = 1024;
constexpr std::string_view bounded = R"(version: 1
accounts:
  lab:
    home: /lab
    login: {any_of: [password], password: HASH}
    grants:
      - {path: /**, may: [list, download, upload, overwrite, append, rename, delete]}
    quota: {bytes: 100 KiB, files: 3, file: 60 KiB}
)";

struct Fixture {
    DeskSite site{bounded};
    Peer lab{site, "lab"};
    const Bytes sixty = content_of(60 * kib);
    const Bytes forty = content_of(40 * kib, 2);
    const Bytes one = content_of(1, 3);
};

boost::asio::awaitable<void> deposit(desk::Desk& desk, VirtualPath path, ByteView bytes) {
    const auto upload = required(co_await desk.open_upload(std::move(path), fresh));
    const std::array<desk::Upload::Range, 1> range{{{0, bytes}}};
    required(co_await upload->write(range));
    required(co_await upload->finish());
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(desk_quota, Fixture)

BOOST_AUTO_TEST_CASE(a_file_may_be_as_large_as_its_limit_and_no_byte_larger) {
    const auto upload = required(lab.open("/a"));
    required(lab.write(*upload, 0, sixty));
    BOOST_TEST(error_of(lab.resize(*upload, sixty.size() + 1)) == desk_errc::file_too_large);
    required(lab.finish(*upload));
    BOOST_TEST((required(lab.get("/a")) == sixty));
}

BOOST_AUTO_TEST_CASE(a_file_whose_write_was_refused_is_not_whole_and_stays_resumable) {
    const auto upload = required(lab.open("/a"));
    required(lab.write(*upload, 0, sixty));
    (void)site.new_events();
    BOOST_TEST(error_of(lab.write(*upload, sixty.size(), one)) == desk_errc::file_too_large);
    BOOST_TEST(site.told() == "deposited failed " + site.rule("may: [list") + "\n");
    BOOST_TEST(error_of(lab.write(*upload, std::uint64_t{1} << 39, one)) ==
               desk_errc::file_too_large);
    BOOST_TEST(error_of(lab.finish(*upload)) == desk_errc::file_too_large);
    BOOST_TEST(error_of(lab.get("/a")) == desk_errc::unfinished);
    required(lab.resume("/a", sixty));
    BOOST_TEST((required(lab.get("/a")) == sixty));
}

BOOST_AUTO_TEST_CASE(the_quota_may_be_filled_to_its_last_byte_and_no_further) {
    required(lab.put("/a", sixty));
    const auto upload = required(lab.open("/b"));
    required(lab.write(*upload, 0, forty));
    BOOST_TEST(error_of(lab.resize(*upload, forty.size() + 1)) == desk_errc::quota_bytes_exceeded);
    required(lab.finish(*upload));
    const auto append = required(lab.open("/b", resuming));
    BOOST_TEST(error_of(lab.write(*append, forty.size(), one)) == desk_errc::quota_bytes_exceeded);
    lab.break_off(*append);
    required(lab.remove("/b"));
    required(lab.put("/b", forty));
    BOOST_TEST(site.usage("/lab").bytes == 100 * kib);
    BOOST_TEST(error_of(lab.open("/c")) == desk_errc::quota_bytes_exceeded);
    const auto space = required(site.run(lab.desk().space()));
    BOOST_TEST(space.total_bytes == 100 * kib);
    BOOST_TEST(space.free_bytes == 0U);
    BOOST_TEST(space.free_files == 1U);
}

BOOST_AUTO_TEST_CASE(a_replaced_file_makes_room_for_its_successor) {
    required(lab.put("/a", sixty));
    required(lab.put("/b", forty));
    required(lab.put("/a", forty));
    BOOST_TEST(site.usage("/lab").bytes == 80 * kib);
    required(lab.put("/a", sixty));
    BOOST_TEST(site.usage("/lab").bytes == 100 * kib);
    BOOST_TEST(site.usage("/lab").files == 2U);
}

BOOST_AUTO_TEST_CASE(files_are_counted_at_open_with_those_that_are_unfinished) {
    required(lab.put("/a", one));
    lab.put_and_break_off("/b", one);
    const auto open = required(lab.open("/c"));
    BOOST_TEST(error_of(lab.put("/d", one)) == desk_errc::quota_files_exceeded);
    // Neither a new version nor the rest of an unfinished file is one more.
    required(lab.put("/a", forty));
    required(lab.resume("/b", forty));
    required(lab.finish(*open));
    BOOST_TEST(site.usage("/lab").files == 3U);
    BOOST_TEST(error_of(lab.put("/d", one)) == desk_errc::quota_files_exceeded);
    required(lab.remove("/a"));
    required(lab.put("/d", one));
}

BOOST_AUTO_TEST_CASE(two_uploads_that_fit_alone_do_not_both_fit) {
    const auto first = required(lab.open("/a"));
    const auto second = required(lab.open("/b"));
    required(lab.write(*first, 0, sixty));
    required(lab.write(*second, 0, forty));
    BOOST_TEST(error_of(lab.write(*second, forty.size(), one)) == desk_errc::quota_bytes_exceeded);
    required(lab.finish(*first));
    BOOST_TEST(error_of(lab.finish(*second)) == desk_errc::quota_bytes_exceeded);
    BOOST_TEST(lab.get("/b").has_value() == false);
    // What was written is there still, and counts; with room it can be completed.
    BOOST_TEST(site.usage("/lab").bytes == 100 * kib);
    BOOST_TEST(required(lab.stat("/b")).size_bytes == 40 * kib);
    required(lab.remove("/a"));
    const auto rest = required(lab.open("/b", resuming));
    required(lab.write(*rest, forty.size(), ByteView(sixty).first(20 * kib)));
    required(lab.finish(*rest));
    BOOST_TEST(required(lab.stat("/b")).size_bytes == 60 * kib);
}

BOOST_AUTO_TEST_CASE(uploads_that_were_refused_at_their_end_do_not_fill_the_disk_unseen) {
    required(lab.put("/a", sixty));
    std::vector<std::shared_ptr<desk::Upload>> open;
    for (const auto* path : {"/b", "/c"}) open.push_back(required(lab.open(path)));
    required(lab.write(*open[0], 0, forty));
    BOOST_TEST(error_of(lab.write(*open[1], 0, one)) == desk_errc::quota_bytes_exceeded);
    required(lab.finish(*open[0]));
    BOOST_TEST(error_of(lab.finish(*open[1])) == desk_errc::quota_bytes_exceeded);
    BOOST_TEST(site.usage("/lab").bytes == 100 * kib);
    BOOST_TEST(error_of(lab.open("/d")) != std::error_code());
}

BOOST_AUTO_TEST_CASE(an_unfinished_upload_counts_once_while_it_is_resumed) {
    required(lab.put("/a", forty));
    lab.put_and_break_off("/b", ByteView(sixty).first(50 * kib));
    BOOST_TEST(site.usage("/lab").bytes == 90 * kib);
    required(lab.resume("/b", sixty));
    BOOST_TEST(site.usage("/lab").bytes == 100 * kib);
    BOOST_TEST((required(lab.get("/b")) == sixty));
}

BOOST_AUTO_TEST_CASE(what_came_into_the_home_while_an_upload_was_verified_counts) {
    HookedDisk disk;
    DeskSite hooked{bounded, &disk};
    Peer first(hooked, "lab");
    Peer second(hooked, "lab");
    const Id stream = first.put_and_break_off("/a", forty);
    disk.before_change = [&](const Disk::Path& path) {
        if (path.filename() != stream.hex()) return;
        const auto hook = std::exchange(disk.before_change, nullptr);
        run_here(deposit(second.desk(), at("/b"), sixty));
    };
    const auto upload = required(first.open("/a", resuming));
    BOOST_TEST(hooked.usage("/lab").bytes == 100 * kib);
    BOOST_TEST(error_of(first.write(*upload, forty.size(), one)) ==
               desk_errc::quota_bytes_exceeded);
    first.break_off(*upload);
}

BOOST_AUTO_TEST_CASE(an_append_is_held_to_the_files_limit) {
    required(lab.put("/a", sixty));
    const auto upload = required(
        lab.open("/a", {.create = false, .exclusive = false, .truncate = false, .append = true}));
    BOOST_TEST(error_of(lab.write(*upload, 0, one)) == desk_errc::file_too_large);
}

BOOST_AUTO_TEST_SUITE_END()
