# One Kafka broker, started by CTest before the first test that shares it and wiped after the last. Its port is below those
# that the kernel gives to clients (script/kafka takes the one 10,000 above too), another for each build folder.
string(MD5 kafka_port "${CMAKE_BINARY_DIR}")
string(SUBSTRING "${kafka_port}" 0 4 kafka_port)
math(EXPR kafka_port "17000 + 0x${kafka_port} % 3000")
set(kafka_broker --port ${kafka_port} --dir "${CMAKE_BINARY_DIR}/kafka_for_tests")

# Nothing in it under the thread sanitizer, which sees neither librdkafka's threads nor its locks.
if(NOT HERALD_SANITIZE MATCHES "thread")
  add_test(NAME kafka.start COMMAND "${CMAKE_SOURCE_DIR}/script/kafka" start ${kafka_broker})
  add_test(NAME kafka.wipe COMMAND "${CMAKE_SOURCE_DIR}/script/kafka" wipe ${kafka_broker})
  set_tests_properties(kafka.start PROPERTIES FIXTURES_SETUP kafka TIMEOUT 600 COST 1000)
  set_tests_properties(kafka.wipe PROPERTIES FIXTURES_CLEANUP kafka TIMEOUT 60)
endif()

# Properties of the tests that use it, which find its address in the environment. They take seconds: the sooner started,
# the sooner all is done.
set(herald_test_kafka "HERALD_TEST_KAFKA=127.0.0.1:${kafka_port}")
set(herald_shares_kafka FIXTURES_REQUIRED kafka ENVIRONMENT "${herald_test_kafka}" COST 100)
