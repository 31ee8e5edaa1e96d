# The keys of two nodes were exchanged.
# exit 1
# Fail web-farm.key-belongs prod/tomcat/t1/server.key
# Fail web-farm.key-belongs prod/tomcat/t2/server.key
exchange out/prod/tomcat/t1/server.key out/prod/tomcat/t2/server.key
