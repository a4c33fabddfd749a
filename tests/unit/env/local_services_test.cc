// Questions and answers between processes: the same contract, over Unix-domain sockets and simulated.
#include "env/local_services.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <thread>

#include "base/error.h"
#include "env/real/real_environment.h"
#include "env/real/unix_socket.h"
#include "env/simulated/simulated_environment.h"

namespace tidemill {
namespace {

struct RealWorld {
  RealEnvironment environment{1};
  std::string path = fmt::format("{}tidemill_services_{}.sock", testing::TempDir(), ::getpid());
};
// The simulated executor runs while there are tasklets.
class Idle final : public Tasklet {
 public:
  Progress step() override { return Progress::kNone; }
};

struct SimulatedWorld {
  SimulatedWorld() { environment.executor().spawn(std::make_unique<Idle>()); }
  SimulatedEnvironment environment{1};
  std::string path = "control.sock";
};

template <class World>
class LocalServicesContract : public testing::Test {
 protected:
  LocalServices& services() { return world_.environment.get().services; }
  const std::string& path() { return world_.path; }
  std::string ask(std::string_view request) { return services().ask(path(), request, 10'000); }
  static void echo(const std::string& request, const Reply& reply) { reply("answer to " + request); }

 private:
  World world_;
};

using Worlds = testing::Types<RealWorld, SimulatedWorld>;
TYPED_TEST_SUITE(LocalServicesContract, Worlds);

TYPED_TEST(LocalServicesContract, AnswersALineWithALine) {
  const auto server = this->services().serve(this->path(), this->echo);
  EXPECT_EQ(this->ask("one"), "answer to one");
  EXPECT_EQ(this->ask(""), "answer to ");
  EXPECT_EQ(this->ask("two"), "answer to two");
}

TYPED_TEST(LocalServicesContract, ASecondServerIsRefusedAndTheFirstGoesOn) {
  const auto server = this->services().serve(this->path(), this->echo);
  EXPECT_THROW(this->services().serve(this->path(), this->echo), UserError);
  EXPECT_EQ(this->ask("one"), "answer to one");
}

TYPED_TEST(LocalServicesContract, AServerThatHasGoneLeavesItsPathToOthers) {
  this->services().serve(this->path(), this->echo).reset();
  EXPECT_THROW(this->ask("one"), UserError);
  const auto server = this->services().serve(this->path(), this->echo);
  EXPECT_EQ(this->ask("one"), "answer to one");
}

TYPED_TEST(LocalServicesContract, TakesNoMoreThanTheLimitOfALine) {
  size_t taken = 0;
  const auto server = this->services().serve(this->path(), [&](std::string request, Reply reply) {
    taken = request.size();
    reply("too long");
  });
  EXPECT_EQ(this->ask(std::string(kRequestBytesMax, 'x')), "too long");
  EXPECT_EQ(taken, kRequestBytesMax);
}

TEST(UnixServer, TheSocketOfADeadProcessIsReplacedAndIsForThisUserOnly) {
  RealWorld world;
  {
    listen_at(world.path);
  }  // closed without unlink, as by a kill
  EXPECT_THROW(world.environment.get().services.ask(world.path, "x", 1000), UserError);
  const auto server =
      world.environment.get().services.serve(world.path, [](auto, const Reply& reply) { reply("new"); });
  EXPECT_EQ(world.environment.get().services.ask(world.path, "x", 10'000), "new");
  struct stat status{};
  ASSERT_EQ(::stat(world.path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST(UnixServer, DoesNotReplaceWhatIsNoSocket) {
  RealWorld world;
  world.environment.get().files.open_write(world.path)->close();
  EXPECT_THROW(world.environment.get().services.serve(world.path, [](auto, auto) {}), UserError);
  EXPECT_THROW(world.environment.get().services.ask(world.path, "x", 1000), UserError);
  world.environment.get().files.remove(world.path);
}

TEST(UnixServer, ServesAtAPathLongerThanAnAddressHolds) {
  RealWorld world;
  FileSystem& files = world.environment.get().files;
  const std::string directory = fmt::format("{}{}_{}", testing::TempDir(), std::string(120, 'd'), ::getpid());
  files.create_directories(directory);
  {
    const auto server = world.environment.get().services.serve(directory + "/control.sock",
                                                               [](auto, const Reply& reply) { reply("here"); });
    EXPECT_EQ(world.environment.get().services.ask(directory + "/control.sock", "x", 10'000), "here");
  }
  files.remove(directory);
}

std::string receive_all(int descriptor) {
  std::string all;
  char buffer[256];
  for (ssize_t bytes; (bytes = ::recv(descriptor, buffer, sizeof(buffer), 0)) > 0;)
    all.append(buffer, static_cast<size_t>(bytes));
  return all;
}

TEST(UnixServer, AnswersInOrderAlsoWhenQuestionsComeAtOnceAndTheCallerSendsNoMore) {
  RealWorld world;
  std::vector<std::thread> answering;
  const auto server = world.environment.get().services.serve(world.path, [&](std::string request, Reply reply) {
    answering.emplace_back([request, reply] { reply("<" + request + ">"); });
  });
  const auto caller = connect_to(world.path);
  const std::string questions = "a\nb\r\nc\nrest that is no line";
  ASSERT_EQ(::send(caller->get(), questions.data(), questions.size(), 0), static_cast<ssize_t>(questions.size()));
  std::string answers;
  char byte;
  while (std::count(answers.begin(), answers.end(), '\n') < 3 && ::recv(caller->get(), &byte, 1, 0) == 1)
    answers += byte;
  EXPECT_EQ(answers, "<a>\n<b>\n<c>\n");
  const auto half = connect_to(world.path);
  ASSERT_EQ(::send(half->get(), "last\n", 5, 0), 5);
  ::shutdown(half->get(), SHUT_WR);
  EXPECT_EQ(receive_all(half->get()), "<last>\n");
  for (std::thread& thread : answering) thread.join();
}

TEST(UnixServer, CallersThatGoAwayOrNeverFinishALineDisturbNobody) {
  RealWorld world;
  std::vector<Reply> unanswered;
  const auto server = world.environment.get().services.serve(world.path, [&](std::string request, Reply reply) {
    if (request == "keep")
      unanswered.push_back(std::move(reply));
    else
      reply("ok");
  });
  std::vector<std::unique_ptr<FileDescriptor>> idle;
  for (int i = 0; i < 8; ++i) {
    idle.push_back(connect_to(world.path));
    ASSERT_EQ(::send(idle.back()->get(), "half a li", 9, 0), 9);
    const auto gone = connect_to(world.path);
    ASSERT_EQ(::send(gone->get(), "keep\n", 5, 0), 5);
  }
  EXPECT_EQ(world.environment.get().services.ask(world.path, "x", 10'000), "ok");
  for (const Reply& reply : unanswered) reply("too late");
  EXPECT_EQ(world.environment.get().services.ask(world.path, "x", 10'000), "ok");
}

TEST(UnixServer, HandsOverAnswersThatWereGivenBeforeItsEnd) {
  for (int round = 0; round < 50; ++round) {
    RealWorld world;
    std::atomic<bool> asked = false;
    Reply reply;
    auto server = world.environment.get().services.serve(world.path, [&](auto, Reply given) {
      reply = std::move(given);
      asked.store(true);
    });
    std::string answer;
    std::thread caller([&] { answer = world.environment.get().services.ask(world.path, "x", 10'000); });
    while (!asked.load()) std::this_thread::yield();
    reply("the last word");
    server.reset();
    caller.join();
    EXPECT_EQ(answer, "the last word");
  }
}

TEST(UnixServer, AnEndWithoutAnAnswerIsAnError) {
  RealWorld world;
  std::atomic<bool> asked = false;
  auto server = world.environment.get().services.serve(world.path, [&](auto, auto) { asked.store(true); });
  std::thread caller(
      [&] { EXPECT_THROW(world.environment.get().services.ask(world.path, "x", 10'000), TransientError); });
  while (!asked.load()) std::this_thread::yield();
  server.reset();
  caller.join();
}

}  // namespace
}  // namespace tidemill
