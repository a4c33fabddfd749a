# Finds Apache Arrow and its Parquet library inside an installed pyarrow wheel, which ships headers and shared libraries
# but no CMake package. Its version is its ABI, so it is pinned here and in tools/install_arrow.sh, which puts it where
# this looks. ARROW_WHEEL_DIR (a folder pyarrow/) names another place.
# Gives the imported targets ArrowWheel::arrow and ArrowWheel::parquet.
set(ARROW_WHEEL_VERSION 26.0.1)
if(DEFINED ENV{XDG_CACHE_HOME})
  set(arrow_wheel_cache $ENV{XDG_CACHE_HOME}/tidemill)
else()
  set(arrow_wheel_cache $ENV{HOME}/.cache/tidemill)
endif()
file(GLOB arrow_wheel_places "${arrow_wheel_cache}/pyarrow-${ARROW_WHEEL_VERSION}/lib/python3*/site-packages/pyarrow")
find_path(ARROW_WHEEL_DIR include/parquet/arrow/reader.h PATHS ${arrow_wheel_places} NO_DEFAULT_PATH
          DOC "The folder pyarrow/ of an installed wheel")
file(GLOB arrow_wheel_arrow "${ARROW_WHEEL_DIR}/libarrow.so.*")
file(GLOB arrow_wheel_parquet "${ARROW_WHEEL_DIR}/libparquet.so.*")
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(ArrowWheel REQUIRED_VARS ARROW_WHEEL_DIR arrow_wheel_arrow arrow_wheel_parquet)
if(ArrowWheel_FOUND AND NOT TARGET ArrowWheel::arrow)
  foreach(library arrow parquet)
    add_library(ArrowWheel::${library} SHARED IMPORTED)
    set_target_properties(ArrowWheel::${library} PROPERTIES IMPORTED_LOCATION "${arrow_wheel_${library}}"
                          INTERFACE_INCLUDE_DIRECTORIES "${ARROW_WHEEL_DIR}/include")
  endforeach()
  target_link_libraries(ArrowWheel::parquet INTERFACE ArrowWheel::arrow)
endif()
