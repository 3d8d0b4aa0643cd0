namespace AttentionGen.Generator.Spec;

/// <summary>The class that carries the attributes, as far as emitting its other half needs it.</summary>
/// <param name="Namespace">Its namespace, or empty for the global one.</param>
/// <param name="Name">Its simple name.</param>
/// <param name="Modifiers">What stands before <c>partial class</c>, such as <c>public static</c>.</param>
/// <param name="Containers">The types it is nested in, outermost first, each as <c>partial class Name</c> with its modifiers.</param>
/// <param name="IsStatic">A kernel host; otherwise a layer host.</param>
/// <param name="IsPartial">Whether the class and all its containers are partial.</param>
/// <param name="MetadataName">The full metadata name (<c>Namespace.Outer+Inner</c>): names the output files.</param>
public sealed record HostSpec(
    string Namespace,
    string Name,
    string Modifiers,
    EquatableArray<string> Containers,
    bool IsStatic,
    bool IsPartial,
    string MetadataName);
