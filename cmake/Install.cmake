# `cmake --install BUILD --prefix DIR`: the programs, man pages and completion. What these say is asked from the program itself.
# The programs go on reading shipped data and LibTorch where they were built.
include_guard()
include(GNUInstallDirs)

function(synthbench_install)
  set(manual ${PROJECT_BINARY_DIR}/manual)
  install(TARGETS synthbench synthbench-fetch COMPONENT programs)
  if(TARGET synthbench-torch)
    install(TARGETS synthbench-torch COMPONENT programs)
  endif()
  install(CODE "
    file(REMOVE_RECURSE ${manual})
    execute_process(COMMAND $<TARGET_FILE:synthbench> _man ${manual}/man COMMAND_ERROR_IS_FATAL ANY)
    foreach(shell_and_file bash/synthbench zsh/_synthbench fish/synthbench.fish)
      get_filename_component(shell \${shell_and_file} DIRECTORY)
      file(MAKE_DIRECTORY ${manual}/\${shell})
      execute_process(COMMAND $<TARGET_FILE:synthbench> completion \${shell} OUTPUT_FILE ${manual}/\${shell_and_file} COMMAND_ERROR_IS_FATAL ANY)
    endforeach()" COMPONENT manual)
  install(DIRECTORY ${manual}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR} COMPONENT manual)
  install(FILES ${manual}/bash/synthbench DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT manual)
  install(FILES ${manual}/zsh/_synthbench DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions COMPONENT manual)
  install(FILES ${manual}/fish/synthbench.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT manual)
endfunction()
