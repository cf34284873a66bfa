package dev.mnistnative.binding.config;

import org.bytedeco.javacpp.ClassProperties;
import org.bytedeco.javacpp.LoadEnabled;
import org.bytedeco.javacpp.annotation.NoException;
import org.bytedeco.javacpp.annotation.Platform;
import org.bytedeco.javacpp.annotation.Properties;
import org.bytedeco.javacpp.tools.Info;
import org.bytedeco.javacpp.tools.InfoMap;
import org.bytedeco.javacpp.tools.InfoMapper;

/**
 * How JavaCPP reads {@code mnist_native_cuda.h}. Apart from {@link MnistNativeConfig}, so that the CPU path never loads
 * a class of the CUDA presets.
 */
@Properties(
        inherit = MnistNativeConfig.class,
        value =
                @Platform(
                        value = {"linux-x86_64", "linux-arm64", "windows-x86_64"},
                        library = "jnimnistnative",
                        include = "mnist_native_cuda.h"),
        target = "dev.mnistnative.binding.gpu.internal",
        global = "dev.mnistnative.binding.gpu.internal.MnistCuda")
@NoException
public class MnistCudaConfig implements InfoMapper, LoadEnabled {
    @Override
    public void init(ClassProperties properties) {
        new MnistNativeConfig().init(properties);
    }

    @Override
    public void map(InfoMap infoMap) {
        infoMap.put(new Info("MNIST_NATIVE_CUDA_H").cppTypes().annotations())
                .put(new Info("CUstream_st")
                        .pointerTypes("org.bytedeco.cuda.cudart.CUstream_st")
                        .skip());
    }
}
