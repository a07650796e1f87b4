# Runs the scripted tour with a fresh machine each time.
file(REMOVE_RECURSE ${TARGET} ${TARGET}-machine)
execute_process(COMMAND ${DEMO} tour --folder ${TARGET}-machine ${TARGET} RESULT_VARIABLE result ERROR_FILE ${TARGET}.log)
if(NOT result EQUAL 0)
  file(READ ${TARGET}.log log)
  message(FATAL_ERROR "the tour ended with ${result}:\n${log}")
endif()
