# A resource provider's file was forgotten, its folder is there.
# exit 1
# Fail azure-stack-hub.core-folders east/iot-hub-set
# Fail material.missing east/validation/IoTHub/IoTHub.pfx
rm out/east/validation/IoTHub/IoTHub.pfx
