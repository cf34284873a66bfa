package dev.mnistnative.binding.config;

import org.bytedeco.javacpp.ClassProperties;
import org.bytedeco.javacpp.LoadEnabled;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.annotation.NoException;
import org.bytedeco.javacpp.annotation.Platform;
import org.bytedeco.javacpp.annotation.Properties;
import org.bytedeco.javacpp.tools.Info;
import org.bytedeco.javacpp.tools.InfoMap;
import org.bytedeco.javacpp.tools.InfoMapper;

/** How JavaCPP reads {@code mnist_native.h}: the CPU path, which knows nothing of CUDA types. */
@Properties(
        value =
                @Platform(
                        value = {"linux-x86_64", "linux-arm64", "windows-x86_64"},
                        library = "jnimnistnative",
                        include = "mnist_native.h",
                        link = "mnistnative"),
        target = "dev.mnistnative.binding",
        global = "dev.mnistnative.binding.MnistNative")
@NoException
public class MnistNativeConfig implements InfoMapper, LoadEnabled {
    /** Loaded before by LibraryLoader: "#" keeps JavaCPP from looking for it and from unpacking what it finds. */
    @Override
    public void init(ClassProperties properties) {
        if (Loader.isLoadLibraries()) { // not while it is being built
            properties.setProperty("platform.library", "jnimnistnative#");
            properties.get("platform.link").clear();
        }
    }

    @Override
    public void map(InfoMap infoMap) {
        infoMap.put(new Info("MN_API", "MNIST_NATIVE_H").cppTypes().annotations())
                .put(new Info("defined(_WIN32)").define(false))
                .put(new Info("mn_trainer").pointerTypes("MnTrainer"))
                .put(new Info("mn_model").pointerTypes("MnModel"))
                .put(new Info("mn_net").pointerTypes("MnNet"))
                .put(new Info("mn_placement").pointerTypes("MnPlacement"))
                .put(new Info("mn_optimizer_options").pointerTypes("MnOptimizerOptions"))
                .put(new Info("mn_loss_options").pointerTypes("MnLossOptions"))
                .put(new Info("mn_chunk").pointerTypes("MnChunk"))
                .put(new Info("mn_step_result").pointerTypes("MnStepResult"))
                .put(new Info("mn_data").pointerTypes("MnData"))
                .put(new Info("mn_evaluation").pointerTypes("MnEvaluation"))
                .put(new Info("mn_cpu_info").pointerTypes("MnCpuInfo"))
                .put(new Info("mn_gpu_info").pointerTypes("MnGpuInfo"));
    }
}
