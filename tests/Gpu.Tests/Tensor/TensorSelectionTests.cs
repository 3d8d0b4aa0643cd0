#if !ILGPU_PRESENT
using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Reference;
using ILGPU.Runtime.Cuda;

namespace AttentionGen.Gpu.Tests;

/// <summary>Which kernel runs, what is said of it, and that 16-bit tensors are attended to on every device.</summary>
public class TensorSelectionTests
{
    private static readonly Lazy<IReadOnlyList<TensorHosts.Host>> Hosts = new(static () => TensorHosts.Compile(
    [
        TensorHosts.Declare("causal", "Dropout = 0.1, CausalAlignment = BottomRight", new(2, 1, 32, 32), GpuPrecision.BFloat16, "rope"),
        TensorHosts.Declare("strided", "Stride = 4", new(1, 1, 32, 32), GpuPrecision.Half),
        TensorHosts.Declare("local", "Window = 9", new(2, 2, 32, 48), GpuPrecision.BFloat16, "alibi"),
    ]));

    private static TensorHosts.Host Rotated => Hosts.Value[0];

    [Fact]
    public void A_device_with_tensor_cores_runs_on_them()
    {
        GpuSelection selection = Rotated.Select(TensorCase.Context);
        Assert.Equal("tensor cores, BFloat16", selection.Implementation);
        Assert.Contains("the declaration asks for BFloat16", selection.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_without_them_runs_in_FP32_and_says_why()
    {
        GpuSelection selection = Rotated.Select(GpuKernels.Context);
        Assert.Equal("SIMT FP32", selection.Implementation);
        Assert.Contains("need a CUDA device of compute capability 8.0", selection.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_older_device_is_told_by_its_capability()
    {
        GpuAttentionContext newer = TensorCase.Context;
        CudaDevice.Capability = (7, 5);
        using GpuAttentionContext older = GpuAttentionContext.Create(newer.Device.Index);
        Assert.Contains("has 7.5", Rotated.Select(older).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_declaration_that_they_cannot_run_says_why()
    {
        GpuSelection selection = Hosts.Value[1].Select(TensorCase.Context);
        Assert.Null(Hosts.Value[1].Tensor);
        Assert.Equal("SIMT FP32", selection.Implementation);
        Assert.Contains("its queries see two sets of keys", selection.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_call_that_they_cannot_run_is_in_FP32()
    {
        Random random = TestSeed.For("tensor masks");
        ConformanceCase plain = ConformanceCase.Plain(Rotated.Declaration, random, 1, 9, 9);
        using GpuStream stream = TensorCase.Context.CreateStream();
        Run(plain.Inputs);
        Assert.Equal("tensor cores, BFloat16", stream.LastCall!.Implementation);
        Run(plain.Inputs with { Keep = new Broadcast<bool>([.. Enumerable.Repeat(true, 81)], 1, 1, 9, 9) });
        Assert.Equal("SIMT FP32", stream.LastCall!.Implementation);
        Assert.Contains("take no masks with a call", stream.LastCall.Reason, StringComparison.Ordinal);
        Run(plain.Inputs with { DropoutSeed = 7 });
        Assert.Contains("drop no weights", stream.LastCall!.Reason, StringComparison.Ordinal);

        void Run(CallInputs inputs)
        {
            KernelCall call = plain.NewCall().With(inputs);
            using var memory = new DeviceCall(TensorCase.Context, call);
            Rotated.Forward(TensorCase.Context, memory.Query, memory.Key, memory.Value, memory.Output, call, memory.Arguments with { Stream = stream });
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Devices_without_them_attend_to_16_bit_tensors(int index)
    {
        TensorHosts.Host host = Hosts.Value[index];
        new TensorCase(host, TensorCase.Draw(host, TestSeed.For("tensor widened", index), 2, 20, 20)).CheckNarrow(GpuKernels.Context);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Each_sequence_gets_what_it_would_alone(int index)
    {
        int[] lengths = [3, 0, 70, 17];
        var test = new PackedCase(Hosts.Value[index].Declaration, TestSeed.For("tensor packed", index), lengths, lengths);
        KernelCall whole = Called(Hosts.Value[index], test.NewCall(SimdTier.Best, 0));
        int first = 0;
        for (int s = 0; s < lengths.Length; s++)
        {
            if (lengths[s] > 0)
            {
                GpuPackedTests.Compare(Called(Hosts.Value[index], test.Alone(s, SimdTier.Best)), whole, first, lengths[s]);
            }

            first += lengths[s];
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        GpuAttentionContext context = TensorCase.Context;
        KernelCall call = ConformanceCase.Plain(Rotated.Declaration, new Random(1), 1, 4, 4).NewCall();
        using DeviceFloats16 memory = context.Allocate16(4096, GpuPrecision.BFloat16), halves = context.Allocate16(4096, GpuPrecision.Half);
        DeviceTensorView16 View(DeviceFloats16 from, int heads, int part) => new(from, part * 512, TensorLayout.HeadsFirst(1, heads, 4, 32));
        string Message(DeviceTensorView16 query, DeviceTensorView16 key, DeviceTensorView16 output) =>
            Assert.Throws<ArgumentException>(() => Rotated.Forward16(context, query, key, View(memory, 1, 3), output, call, default)).Message;
        Assert.Contains("query has no device memory", Message(default, View(memory, 1, 1), View(memory, 2, 2)), StringComparison.Ordinal);
        Assert.Contains("query is of Half: expected BFloat16", Message(View(halves, 2, 0), View(memory, 1, 1), View(memory, 2, 2)), StringComparison.Ordinal);
        Assert.Contains("output overlaps key", Message(View(memory, 2, 0), View(memory, 1, 2), View(memory, 2, 2)), StringComparison.Ordinal);
        Assert.Contains("Expected [1, 1, 4, 32]", Message(View(memory, 2, 0), View(memory, 2, 1), View(memory, 2, 4)), StringComparison.Ordinal);
    }

    // Rotating, rounding and attending copy nothing to the host.
    private static KernelCall Called(TensorHosts.Host host, KernelCall call)
    {
        using var memory = new DeviceCall(TensorCase.Context, call);
        int before = ILGPU.Runtime.Device.CopiesToHost;
        host.Forward(TensorCase.Context, memory.Query, memory.Key, memory.Value, memory.Output, call, memory.Arguments);
        Assert.Equal(before, ILGPU.Runtime.Device.CopiesToHost);
        memory.ReadBack();
        return call;
    }
}
#endif
