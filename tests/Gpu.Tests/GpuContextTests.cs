using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;

namespace AttentionGen.Gpu.Tests;

/// <summary>Devices, memory, streams and what a call refuses.</summary>
public class GpuContextTests
{
    private static readonly Lazy<GpuKernels.Host> Standard = new(static () => GpuKernels.CompileHosts([new Declaration("causal", Argument.ParseList(typeof(AttentionAttribute), "MaxLength = 64"), [], new HeadShape(2, 1, 8, 8))])[0]);

    [Fact]
    public void The_devices_are_listed() => Assert.Contains(GpuAttentionContext.ListDevices(), static device => device.Kind == GpuDeviceKind.Processor && device.Name.Length > 0);

    [Fact]
    public void A_device_that_is_not_there_is_named() =>
        Assert.Contains("this machine has", Assert.Throws<ArgumentOutOfRangeException>(static () => GpuAttentionContext.Create(99)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_chosen_implementation_is_told() => Assert.Equal("SIMT FP32", Standard.Value.Select(GpuKernels.Context).Implementation);

    [Fact]
    public void Floats_come_back_as_they_went()
    {
        float[] numbers = [1f, -2f, float.NaN, 4f], back = new float[4];
        using DeviceFloats memory = GpuKernels.Context.Allocate(4);
        memory.CopyFrom(numbers);
        memory.CopyTo(back);
        Assert.Equal(numbers, back);
        Assert.Throws<ArgumentException>(() => memory.CopyTo(new float[3]));
    }

    [Fact]
    public void The_next_call_uses_the_workspace_of_the_last()
    {
        using GpuStream stream = GpuKernels.Context.CreateStream();
        Call(stream, length: 20);
        long bytes = stream.WorkspaceBytes;
        Call(stream, length: 20);
        Call(stream, length: 9);
        Assert.True(bytes > 0);
        Assert.Equal(bytes, stream.WorkspaceBytes);
    }

    [Fact]
    public void Calls_on_one_stream_from_several_threads_do_not_mix()
    {
        Declaration[] declarations = [.. new[] { 8, 16, 24 }.Select(static dim => new Declaration("causal", [], [new EncodingDeclaration("rope", [])], new HeadShape(1, 1, dim, dim)))];
        KernelHost[] hosts = [.. GpuKernels.Compile(declarations)];
        Parallel.For(0, 12, n =>
        {
            Random random = TestSeed.For("gpu threads", n);
            ConformanceCase test = ConformanceCase.Plain(declarations[n % 3], random, 1, 9, 9);
            Checker.Check(hosts[n % 3].Strided, test, SimdTier.Best, Checker.Rows(test, random), "GPU");
        });
    }

    [Theory]
    [InlineData(8, 8, 65, "at most 64")]
    [InlineData(7, 8, 5, "Expected [1, 2, 5, 8]")]
    [InlineData(8, 9, 5, "Expected [1, 1, 5, 8]")]
    public void Shapes_are_checked_as_on_the_processor(int headDim, int valueDim, int length, string says)
    {
        using DeviceFloats memory = GpuKernels.Context.Allocate(4000);
        DeviceTensorView View(int heads, int dim, int part) => new(memory, part * 1000, new TensorLayout(1, heads, length, dim, 0, 0, 0));
        using DeviceFloats target = GpuKernels.Context.Allocate(2 * 65 * 8);
        var output = new DeviceTensorView(target, 0, TensorLayout.HeadsFirst(1, 2, length, 8));
        var refused = Assert.Throws<ArgumentException>(() => Standard.Value.Forward(GpuKernels.Context, View(2, headDim, 0), View(1, headDim, 1), View(1, valueDim, 2), output, Plain(), default));
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_that_the_call_would_overwrite_is_refused()
    {
        using DeviceFloats memory = GpuKernels.Context.Allocate(2 * 5 * 8);
        DeviceTensorView queries = DeviceTensorView.HeadsFirst(memory, 1, 2, 5, 8);
        var keys = new DeviceTensorView(memory, 0, TensorLayout.HeadsFirst(1, 1, 5, 8));
        var refused = Assert.Throws<ArgumentException>(() => Standard.Value.Forward(GpuKernels.Context, queries, keys, keys, queries, Plain(), default));
        Assert.Contains("output overlaps key", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_without_memory_is_refused() =>
        Assert.Contains("query has no device memory", Assert.Throws<ArgumentException>(static () => Standard.Value.Forward(GpuKernels.Context, default, default, default, default, Plain(), default)).Message, StringComparison.Ordinal);

#if !ILGPU_PRESENT
    [Fact]
    public void A_call_copies_nothing_to_the_host()
    {
        KernelCall call = ConformanceCase.Plain(Standard.Value.Declaration, new Random(1), 1, 20, 20).NewCall();
        using var memory = new DeviceCall(GpuKernels.Context, call);
        int before = ILGPU.Runtime.Device.CopiesToHost;
        Standard.Value.Forward(GpuKernels.Context, memory.Query, memory.Key, memory.Value, memory.Output, call, memory.Arguments);
        Assert.Equal(before, ILGPU.Runtime.Device.CopiesToHost);
        memory.ReadBack();
        Assert.True(ILGPU.Runtime.Device.CopiesToHost > before);
    }

    [Fact]
    public void A_device_without_room_says_how_much_was_needed()
    {
        var failure = Assert.Throws<GpuOutOfMemoryException>(static () => GpuKernels.Context.Allocate(1L << 30));
        Assert.Equal(1L << 32, failure.BytesNeeded);
        Assert.Contains("4294967296 bytes", failure.Message, StringComparison.Ordinal);
    }
#endif

    private static KernelCall Plain() => ConformanceCase.Plain(Standard.Value.Declaration, new Random(1), 1, 5, 5).NewCall();

    private static void Call(GpuStream stream, int length)
    {
        KernelCall call = ConformanceCase.Plain(Standard.Value.Declaration, new Random(1), 1, length, length).NewCall();
        using var memory = new DeviceCall(GpuKernels.Context, call);
        Standard.Value.Forward(GpuKernels.Context, memory.Query, memory.Key, memory.Value, memory.Output, call, memory.Arguments with { Stream = stream });
        stream.Synchronize();
    }
}
