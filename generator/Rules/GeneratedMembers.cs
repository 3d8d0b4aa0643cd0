using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Rules;

/// <summary>The members that a declaration gets, as the class's author may collide with them. A test holds it to what is generated.</summary>
public static class GeneratedMembers
{
    private const string Arguments = "ref AttentionArguments", View = "ReadOnlyTensorView", In = "ReadOnlySpan<float>";

    /// <summary>Names and, of methods and constructors, the types of their parameters.</summary>
    public static IEnumerable<(string Name, string? Signature)> Of(AttentionSpec spec, AttentionShape shape) =>
        Catalog.Catalog.FindType(spec.Type)?.Family == KernelFamily.Scan
            ? OfScan(spec.Host.IsStatic)
            : OfAttention(spec).Concat(OfEncodings(spec)).Concat(OfState(spec)).Concat(OfCache(spec)).Concat(spec.Host.IsStatic ? OfKernel(spec) : OfLayer(shape));

    private static IEnumerable<(string Name, string? Signature)> OfAttention(AttentionSpec spec)
    {
        foreach (string constant in new[] { "Heads", "KvHeads", "HeadDim", "ValueDim", "DModel", "WorkspaceBytesPerThread", "kernelDescription" })
        {
            yield return (constant, null);
        }

        yield return ("LaunchKernel", $"{View}, {View}, {View}, TensorView, {Arguments}");
        if (Catalog.Catalog.FindType(spec.Type)?.FeatureMap(spec) is { IsProjected: true })
        {
            yield return ("featureDraw", null);
            yield return ("RandomFeatures", null);
            yield return ("RedrawFeatures", "int");
        }

        if (spec.Keep is not null && KeepShape.Of(spec).Rest is not null)
        {
            yield return ("BuildBlockMask", "int, int");
        }

    }

    private static IEnumerable<(string Name, string? Signature)> OfEncodings(AttentionSpec spec)
    {
        InputTables tables = InputTables.Of(spec);
        if (tables.Sinusoids is not null)
        {
            yield return ("sinusoidalEncoding", null);
        }

        if (tables.Positions > 0)
        {
            yield return ("GetEncoding", "ReadOnlySpan<int>, Span<float>");
        }

        if (tables.Positions > 0 && tables.Learned is null)
        {
            yield return ("AddEncoding", "Span<float>, int, int");
        }
    }

    private static IEnumerable<(string Name, string? Signature)> OfKernel(AttentionSpec spec)
    {
        yield return ("Forward", $"{In}, {In}, {In}, Span<float>, int, int, int, {Arguments}");
        yield return ("Forward", $"{View}, {View}, {View}, TensorView, {Arguments}");
        if (spec.WantsGpu)
        {
            foreach ((string, string?) member in OfGpu().Concat(spec.WantsTensorCores ? OfTensorCores() : []).Concat(spec.Cache is null ? [] : OfGpuCache()))
            {
                yield return member;
            }
        }
    }

    private static IEnumerable<(string Name, string? Signature)> OfCache(AttentionSpec spec)
    {
        if (spec.Cache is null)
        {
            yield break;
        }

        const string cached = $"IKvCache, ReadOnlySpan<int>, {Arguments}";
        yield return ("CacheShape", null);
        yield return ("LaunchCached", $"{View}, {View}, {View}, TensorView, {cached}, CacheUse");
        if (!spec.Host.IsStatic)
        {
            yield return ("Append", $"{In}, int, {cached}");
            yield return ("Prefill", $"{In}, Span<float>, int, {cached}");
            yield return ("Decode", $"{In}, Span<float>, int, {cached}");
            yield break;
        }

        yield return ("Append", $"{In}, {In}, int, {cached}");
        yield return ("Append", $"{View}, {View}, {cached}");
        foreach (string name in new[] { "Prefill", "Decode" })
        {
            yield return (name, $"{In}, {In}, {In}, Span<float>, int, {cached}");
            yield return (name, $"{View}, {View}, {View}, TensorView, {cached}");
        }
    }

    private static IEnumerable<(string Name, string? Signature)> OfState(AttentionSpec spec)
    {
        if (Catalog.Catalog.FindType(spec.Type)?.HasState(spec) != true)
        {
            yield break;
        }

        yield return ("NewState", "int");
        yield return ("CreateState", "int, ref RecurrentState");
        yield return ("LaunchStep", $"{View}, {View}, {View}, TensorView, RecurrentState, {Arguments}");
        if (spec.Host.IsStatic)
        {
            yield return ("Step", $"{In}, {In}, {In}, Span<float>, RecurrentState, int, int, {Arguments}");
            yield return ("Step", $"{View}, {View}, {View}, TensorView, RecurrentState, {Arguments}");
        }
        else
        {
            yield return ("Step", $"{In}, Span<float>, RecurrentState, int, int, {Arguments}");
        }
    }

    private static IEnumerable<(string Name, string? Signature)> OfGpu()
    {
        const string tensors = "GpuAttentionContext, DeviceTensorView, DeviceTensorView, DeviceTensorView, DeviceTensorView, ref AttentionArguments, ref GpuArguments";
        return [("Forward", tensors), ("LaunchGpu", tensors), ("SelectGpuKernel", "GpuAttentionContext"), ("SelectGpu", "GpuAttentionContext, ref GpuSelection"), ("gpuKernels", null)];
    }

    private static IEnumerable<(string Name, string? Signature)> OfTensorCores()
    {
        const string tensors = "GpuAttentionContext, DeviceTensorView16, DeviceTensorView16, DeviceTensorView16, DeviceTensorView16, ref AttentionArguments, ref GpuArguments";
        return [("Forward", tensors), ("LaunchTensor", tensors), ("CreateTensorKernel", "")];
    }

    private static IEnumerable<(string Name, string? Signature)> OfGpuCache()
    {
        const string view = "DeviceTensorView", tail = "GpuKvCache, ReadOnlySpan<int>, ref AttentionArguments, ref GpuArguments", tensors = $"{view}, {view}, {view}, {view}, {tail}";
        return [("Append", $"{view}, {view}, {tail}"), ("Prefill", tensors), ("Decode", tensors), ("LaunchGpuCached", tensors + ", CacheUse"), ("gpuCacheKernels", null)];
    }

    private static IEnumerable<(string Name, string? Signature)> OfScan(bool isKernel)
    {
        foreach (string constant in new[] { "DModel", "InnerDim", "StateSize", "WorkspaceBytesPerThread", "scanDescription" })
        {
            yield return (constant, null);
        }

        yield return ("NewState", "int");
        yield return ("LaunchKernel", $"{View}, {View}, {In}, {View}, {View}, {In}, {View}, TensorView, RecurrentState, {Arguments}");
        if (isKernel)
        {
            foreach ((string name, string state) in new[] { ("Scan", ""), ("Step", "RecurrentState, ") })
            {
                yield return (name, $"{In}, {In}, {In}, {In}, {In}, {In}, {In}, Span<float>, {state}int, int, {Arguments}");
                yield return (name, $"{View}, {View}, {In}, {View}, {View}, {In}, {View}, TensorView, {state}{Arguments}");
            }

            yield break;
        }

        yield return ("layerState", null);
        yield return ("Weights", null);
        yield return ("Dispose", "");
        yield return (MemberReader.Constructor, "int");
        yield return ("Forward", $"{In}, Span<float>, int, int, {Arguments}");
        yield return ("Step", $"{In}, Span<float>, RecurrentState, int, int, {Arguments}");
        yield return ("Run", $"{In}, Span<float>, RecurrentState, int, int, {Arguments}");
        yield return ("LaunchConvolution", $"TensorView, {In}, {In}, RecurrentState, {Arguments}");
    }

    private static IEnumerable<(string Name, string? Signature)> OfLayer(AttentionShape shape) =>
    [
        ("layerState", null),
        ("Weights", null),
        ("Dispose", ""),
        (MemberReader.Constructor, "int"),
        ("Forward", shape.Cross ? $"ReadOnlySpan<float>, ReadOnlySpan<float>, Span<float>, int, int, int, {Arguments}" : $"ReadOnlySpan<float>, Span<float>, int, int, {Arguments}"),
    ];
}
