using System.Reflection;
using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;

namespace AttentionGen.Gpu.Tests;

/// <summary>Types of the user's that bear the names of what kernels use, in the host's namespace, in the global one and in one that every file sees.</summary>
public class GpuNamespaceTests
{
    private const string Names = "public static class Math; public static class MathF; public static class Group; public static class Grid; public static class Warp; public static class SharedMemory; public static class Interop; "
        + "public struct ArrayView<T>; public struct Float4; public struct GpuWork; public static class GpuOrder; public static class GpuMath; public static class GpuMasking; public class GpuKernelSet; public class GpuKernel; public class GpuLauncher; public static class Vector256;";

    [Theory]
    [InlineData("namespace Mine { " + Names + " {0} }", "Mine.Host")]
    [InlineData(Names + " {0}", "Host")]
    [InlineData("global using Yours; namespace Yours { " + Names + " } namespace Mine { {0} }", "Mine.Host")]
    public void Do_not_stand_in_for_them(string source, string name)
    {
        var declaration = new Declaration("local", Argument.ParseList(typeof(AttentionAttribute), "Window = 5, QkNorm = L2"), [new EncodingDeclaration("rope", [])], new HeadShape(1, 1, 8, 8));
        string host = GpuKernels.OnGpu(declaration).ToSource("Host").Replace("using System;", string.Empty, StringComparison.Ordinal) + GpuKernels.Adapter("Host");
        Assembly assembly = GpuKernels.Compile([source.Replace("{0}", host, StringComparison.Ordinal)]);
        ConformanceCase test = ConformanceCase.Plain(declaration, TestSeed.For("gpu names", name.Length), 1, 9, 9);
        Checker.Check(GpuKernels.InHarness(GpuKernels.Bind(declaration, assembly, name)).Strided, test, SimdTier.Best, Checker.Rows(test, new Random(1)), "GPU");
    }

    [Fact]
    public void Every_generated_member_has_a_protected_name()
    {
        var declaration = new Declaration("causal", [], [], new HeadShape(1, 1, 8, 8)) { Cache = [] };
        Type host = GpuKernels.Compile([GpuKernels.OnGpu(declaration).ToSource("Host")]).GetType("Host", throwOnError: true)!;
        const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.DeclaredOnly;
        string[] members = [.. host.GetMembers(Declared).Where(static member => !member.Name.Contains('<', StringComparison.Ordinal) && !member.Name.StartsWith('.') && member is not MethodInfo { IsSpecialName: true }).Select(static member => member.Name).Distinct()];
        Assert.Contains("gpuCacheKernels", members);
        Assert.Empty(members.Except(Generator.Spec.MemberReader.Names));
    }
}
