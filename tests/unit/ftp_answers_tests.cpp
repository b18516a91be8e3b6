#include <boost/test/unit_test.hpp>

#include "daemon/workers/delivery/ftp_answers.hpp"

namespace consign::delivery {

namespace {

FtpAnswer answer_of(std::initializer_list<std::string_view> lines) {
    FtpAnswers answers;
    for (const auto line : lines) answers.add(std::string(line) + "\r\n");
    return answers.last();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ftp_answers)

BOOST_AUTO_TEST_CASE(the_last_whole_answer_is_what_counts) {
    const auto answer = answer_of({"220 hello", "211-Features:", " 220 no answer", "211 End"});
    BOOST_TEST(answer.code == 211);
    BOOST_TEST(answer.lines.size() == 3);
    BOOST_TEST(answer_of({"220 hello", "211-cut"}).code == 220);
    BOOST_TEST(answer_of({"", "x", "99999 x"}).code == 0);
}

BOOST_AUTO_TEST_CASE(a_folder_is_read_with_its_quotes) {
    BOOST_TEST(working_folder_in(answer_of({"257 \"/a \"\"b\"\"\" is here"})).value() ==
               "/a \"b\"");
    BOOST_TEST(!working_folder_in(answer_of({"257 \"/a"})));
    BOOST_TEST(!working_folder_in(answer_of({"550 \"/a\""})));
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_told_from_what_is_refused) {
    BOOST_TEST(says_not_there(answer_of({"550 /x: No such file or directory"})));
    BOOST_TEST(says_not_there(answer_of({"550 File not found"})));
    BOOST_TEST(!says_not_there(answer_of({"550 '/x' cannot be listed"})));
    BOOST_TEST(!says_not_there(answer_of({"550 Permission denied"})));
    BOOST_TEST(!says_not_there(answer_of({"250 not found: a name"})));
    // Of a command, and not of a file.
    BOOST_TEST(!says_not_there(answer_of({"500 MLST: command not found"})));
    BOOST_TEST(!says_not_there(answer_of({"502 Command not found."})));
}

BOOST_AUTO_TEST_CASE(a_folder_that_may_be_missing_is_told_from_one_that_is_closed) {
    // vsftpd's, pure-ftpd's, ProFTPD's
    BOOST_TEST(may_say_not_there(answer_of({"550 Failed to change directory."})));
    BOOST_TEST(may_say_not_there(
        answer_of({"550 Can't change directory to in: No such file or directory"})));
    BOOST_TEST(!may_say_not_there(answer_of({"550 in: Permission denied"})));
    BOOST_TEST(!may_say_not_there(answer_of({"550 Access is denied."})));
    BOOST_TEST(!may_say_not_there(answer_of({"530 Please login with USER and PASS."})));
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_empty_is_told_from_one_that_is_not_to_be_listed) {
    BOOST_TEST(may_say_empty(answer_of({"550 No files found."})));
    BOOST_TEST(may_say_empty(answer_of({"450 Nothing to list"})));
    BOOST_TEST(!may_say_empty(answer_of({"550 /in: Permission denied"})));
    BOOST_TEST(!may_say_empty(answer_of({"425 Can't build data connection"})));
    BOOST_TEST(names_port(answer_of({"229 Entering Extended Passive Mode (|||4711|)"})));
    BOOST_TEST(names_port(answer_of({"227 Entering Passive Mode (127,0,0,1,18,103)."})));
    BOOST_TEST(!names_port(answer_of({"250 Directory changed"})));
}

BOOST_AUTO_TEST_CASE(sizes_and_times_are_read_where_they_are_told) {
    BOOST_TEST(size_in(answer_of({"213 1234"})).value() == 1234U);
    BOOST_TEST(time_in(answer_of({"213 20261128193708"})).value() == 1795894628);
    for (const auto* const nonsense : {"213", "213 ", "213 x", "550 12", "213 -1"}) {
        BOOST_TEST(!size_in(answer_of({nonsense})));
        BOOST_TEST(!time_in(answer_of({nonsense})));
    }
    BOOST_TEST(says_unknown(answer_of({"500 Unknown command."})));
    BOOST_TEST(!says_unknown(answer_of({"550 Could not get file size."})));
    BOOST_TEST(features_in(answer_of({"211-Features:", " MLST type*;size*;", "211 End"})).mlst);
    BOOST_TEST(!features_in(answer_of({"211-Features:", " SIZE", "211 End"})).mlst);
}

BOOST_AUTO_TEST_CASE(the_last_of_several_answers_are_kept) {
    FtpAnswers answers(2);
    for (const auto* const line : {"220 a\r\n", "213 1\r\n", "213-x\r\n", "213 2\r\n"})
        answers.add(line);
    BOOST_REQUIRE(answers.whole().size() == 2);
    BOOST_TEST(size_in(answers.whole().front()).value() == 1U);
    BOOST_TEST(answers.last().lines.size() == 2);
}

BOOST_AUTO_TEST_CASE(facts_are_read_whatever_their_case) {
    const auto facts =
        facts_in(" modify=20261128193708;perm=adfrw;Size=6;Type=file; name with spaces\r\n");
    BOOST_REQUIRE(facts.has_value());
    BOOST_TEST(facts->name == "name with spaces");
    BOOST_TEST(facts->is_file);
    BOOST_TEST(facts->size_bytes == 6U);
    BOOST_TEST(facts->modified == 1795894628);
    BOOST_TEST(!facts_in("type=dir; x").value().is_file);
    for (const auto* const nonsense : {"", "x", "250 End", "=;", ";", " ", "type;x y", "a=b; "})
        if (const auto read = facts_in(nonsense)) BOOST_TEST(!read->is_file);
}

BOOST_AUTO_TEST_CASE(digests_are_found_where_servers_put_them) {
    const std::string digest(64, 'A');
    BOOST_TEST(digest_in(answer_of({"250-Computing SHA256 digest", "250 " + digest})).has_value());
    BOOST_TEST(digest_in(answer_of({"213 SHA-256 0-6 " + digest + " /x"})).has_value());
    BOOST_TEST(
        !digest_in(answer_of({"213 SHA-1 0-6 f572d396fae9206628714fb2ce00f72e94f2258f /x"})));
    BOOST_TEST(!digest_in(answer_of({"550 " + digest})));
    const auto features = features_in(
        answer_of({"211-Features:", " HASH CRC32;SHA-1*;SHA-256", " XSHA256", "211 End"}));
    BOOST_TEST(features.hash_sha256);
    BOOST_TEST(features.xsha256);
    BOOST_TEST(!features_in(answer_of({"211-Features:", " HASH SHA-1*", "211 End"})).hash_sha256);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace consign::delivery
