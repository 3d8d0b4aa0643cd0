#if !ILGPU_PRESENT
using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using ILGPU.Runtime;

namespace AttentionGen.Gpu.Tests;

/// <summary>Calls for whose workspace the device has no room, at every place where it may run out: what was needed is said, the output is as it was, and the next call finds its way.</summary>
public class GpuOutOfMemoryTests
{
    private static readonly Lazy<TensorHosts.Host> Rotated = new(static () => TensorHosts.Compile([TensorHosts.Declare("causal", "LearnedSinks = true", new(2, 1, 32, 32), GpuPrecision.BFloat16, "rope")])[0]);

    // On tensor cores FP32 queries and keys are rotated into 16 bits and values rounded; without them 16-bit tensors are widened.
    [Theory]
    [InlineData(GpuDeviceKind.Cuda, false)]
    [InlineData(GpuDeviceKind.Cuda, true)]
    [InlineData(GpuDeviceKind.Processor, false)]
    [InlineData(GpuDeviceKind.Processor, true)]
    public void The_output_stays_as_it_was(GpuDeviceKind kind, bool isNarrow)
    {
        using GpuAttentionContext context = GpuAttentionContext.Create(GpuAttentionContext.ListDevices().First(device => device.Kind == kind).Index);
        KernelCall call = ConformanceCase.Plain(Rotated.Value.Declaration, TestSeed.For("no room", (int)kind), 1, 40, 40).NewCall();
        using var memory = new DeviceCall(context, call);
        using GpuStream stream = context.CreateStream();
        ushort[] marks = [.. Enumerable.Repeat((ushort)0x4321, 2 * 40 * 32)];
        using DeviceFloats16 narrow = context.Allocate16(4 * marks.Length, GpuPrecision.BFloat16);
        narrow.CopyFrom([.. Enumerable.Repeat(marks, 4).SelectMany(static part => part)]);
        memory.ReadBack();
        float[] before = call.Output.Get();
        long held = (sizeof(float) * new[] { call.Query, call.Key, call.Value, call.Output, call.LogSumExp }.Sum(static tensor => tensor?.Data.LongLength ?? 0)) + (sizeof(ushort) * narrow.Count), room = 0;
        int refusals = 0;
        while (true)
        {
            Device.Memory = held + room;
            try
            {
                Run();
                break;
            }
            catch (GpuOutOfMemoryException failure)
            {
                Assert.Contains($"{failure.BytesNeeded} bytes", failure.Message, StringComparison.Ordinal);
                Assert.InRange(failure.BytesNeeded, 1, 1 << 16);
                refusals++;
                room += failure.BytesNeeded;
                ushort[] output = new ushort[narrow.Count];
                narrow.CopyTo(output);
                memory.ReadBack();
                Assert.All(output, static bits => Assert.Equal(0x4321, bits));
                Assert.True(Bits.Same(before, call.Output.Get()));
            }
        }

        Assert.InRange(refusals, 8, 30);
        void Run()
        {
            GpuArguments arguments = memory.Arguments with { Stream = stream };
            if (isNarrow)
            {
                DeviceTensorView16 View(int part, int heads) => new(narrow, part * marks.Length, TensorLayout.HeadsFirst(1, heads, 40, 32));
                Rotated.Value.Forward16(context, View(0, 2), View(1, 1), View(2, 1), View(3, 2), call, arguments);
            }
            else
            {
                Rotated.Value.Forward(context, memory.Query, memory.Key, memory.Value, memory.Output, call, arguments);
            }
        }
    }
}
#endif
