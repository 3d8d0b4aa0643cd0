using ILGPU;
using ILGPU.Runtime;

namespace AttentionGen.GpuExecutor.Tests;

/// <summary>Launches kernels on two buffers of numbers.</summary>
internal static class Launching
{
    public const int Size = 64;

    /// <summary>Runs a kernel over an input of 0, 1, 2, ... and gives its output.</summary>
    public static float[] Run(Action<Buffers> kernel, int groups = 1, int size = Size, int outputs = Size)
    {
        using Context context = Context.Create(static builder => builder.Default());
        using Accelerator accelerator = context.Devices[0].CreateAccelerator(context);
        using var input = accelerator.Allocate1D<float>(groups * size);
        using var output = accelerator.Allocate1D<float>(outputs);
        float[] numbers = [.. Enumerable.Range(0, groups * size).Select(static n => (float)n)];
        input.AsContiguous().CopyFromCPUUnsafeAsync(accelerator.DefaultStream, ref numbers[0], numbers.Length);
        accelerator.LoadKernel(kernel, new KernelSpecialization(size, null))(accelerator.DefaultStream, new KernelConfig(groups, size), new Buffers { Input = input.AsContiguous(), Output = output.AsContiguous() });
        float[] result = new float[outputs];
        output.AsContiguous().CopyToCPUUnsafeAsync(accelerator.DefaultStream, ref result[0], outputs);
        return result;
    }

    /// <summary>What a kernel is stopped for.</summary>
    public static FaultKind Fault(Action<Buffers> kernel, int groups = 1)
    {
        var failure = Assert.Throws<InvalidOperationException>(() => Run(kernel, groups));
        return Assert.IsType<DeviceFault>(failure.InnerException).Kind;
    }
}

/// <summary>A kernel's argument.</summary>
internal struct Buffers
{
    public ArrayView<float> Input;
    public ArrayView<float> Output;
}
