#if ILGPU_PRESENT
using System.Reflection;
using AttentionGen.Conformance.Declarations;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace AttentionGen.Gpu.Tests;

/// <summary>What ILGPU makes of the kernels for CUDA, without a device: no local memory, no generic loads, no calls.</summary>
public class PtxTests
{
    public static TheoryData<int, string> Hosts => GpuKernelTests.Hosts;

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Keeps_everything_in_registers(int index, string declaration)
    {
        string ptx = Compile(GpuSample.Host(index).Method);
        Assert.False(ptx.Contains(".local", StringComparison.Ordinal), $"{declaration} uses local memory.");
        Assert.DoesNotContain("call ", ptx, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"\bld\.(v4\.)?(f32|b32|s32|u32)", ptx);
        Assert.Contains("ld.shared.v4.f32", ptx, StringComparison.Ordinal);
        Assert.Contains("ld.global.f32", ptx, StringComparison.Ordinal);
    }

    public static TheoryData<int, string> CachedHosts => Caches.GpuCacheTests.Hosts;

    [Theory]
    [MemberData(nameof(CachedHosts))]
    public void Kernels_over_a_cache_keep_everything_in_registers(int index, string declaration)
    {
        foreach (MethodInfo kernel in Caches.GpuCacheDeclarations.Host(index).Kernels)
        {
            string ptx = Compile(kernel);
            Assert.False(ptx.Contains(".local", StringComparison.Ordinal), $"{kernel.Name} of {declaration} uses local memory.");
            Assert.DoesNotContain("call ", ptx, StringComparison.Ordinal);
            Assert.DoesNotMatch(@"\bld\.(v4\.)?(f32|b32|s32|u32)", ptx);
            Assert.Equal(kernel.Name != "Append", ptx.Contains("ld.global.v4.f32", StringComparison.Ordinal));
        }
    }

    /// <summary>The PTX of a kernel; with PTX_DIRECTORY set it is kept there, to be read.</summary>
    internal static string Compile(MethodInfo kernel)
    {
        using Context context = Context.Create(static builder => builder.Optimize(OptimizationLevel.O2).Math(MathMode.Fast32BitOnly));
        CudaArchitecture architecture = CudaArchitecture.SM_80;
        using var backend = new PTXBackend(context, new CudaCapabilityContext(architecture), architecture, CudaInstructionSet.ISA_78, null);
        string ptx = ((PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), new KernelSpecialization(128, null))).PTXAssembly;
        if (Environment.GetEnvironmentVariable("PTX_DIRECTORY") is { Length: > 0 } directory)
        {
            string host = kernel.DeclaringType!.Name.Split("__")[^1];
            File.WriteAllText(Path.Combine(directory, $"{host}.{kernel.Name}.ptx"), ptx);
        }

        return ptx;
    }
}
#endif
