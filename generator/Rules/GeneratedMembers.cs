using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Rules;

/// <summary>The members that a declaration gets, as the class's author may collide with them. A test holds it to what is generated.</summary>
public static class GeneratedMembers
{
    private const string Arguments = "ref AttentionArguments";

    /// <summary>Names and, of methods and constructors, the types of their parameters.</summary>
    public static IEnumerable<(string Name, string? Signature)> Of(AttentionSpec spec, AttentionShape shape)
    {
        foreach (string constant in new[] { "Heads", "KvHeads", "HeadDim", "ValueDim", "DModel", "WorkspaceBytesPerThread", "kernelDescription" })
        {
            yield return (constant, null);
        }

        yield return ("LaunchKernel", $"ReadOnlyTensorView, ReadOnlyTensorView, ReadOnlyTensorView, TensorView, {Arguments}");
        if (spec.Encoding("sinusoidal") is not null)
        {
            yield return ("sinusoidalEncoding", null);
            yield return ("GetEncoding", "ReadOnlySpan<int>, Span<float>");
            yield return ("AddEncoding", "Span<float>, int, int");
        }

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

        foreach ((string, string?) member in spec.Host.IsStatic ? OfKernel() : OfLayer(shape))
        {
            yield return member;
        }
    }

    private static IEnumerable<(string Name, string? Signature)> OfKernel() =>
    [
        ("Forward", $"ReadOnlySpan<float>, ReadOnlySpan<float>, ReadOnlySpan<float>, Span<float>, int, int, int, {Arguments}"),
        ("Forward", $"ReadOnlyTensorView, ReadOnlyTensorView, ReadOnlyTensorView, TensorView, {Arguments}"),
    ];

    private static IEnumerable<(string Name, string? Signature)> OfLayer(AttentionShape shape) =>
    [
        ("layerState", null),
        ("Weights", null),
        ("Dispose", ""),
        (MemberReader.Constructor, "int"),
        ("Forward", shape.Cross ? $"ReadOnlySpan<float>, ReadOnlySpan<float>, Span<float>, int, int, int, {Arguments}" : $"ReadOnlySpan<float>, Span<float>, int, int, {Arguments}"),
    ];
}
