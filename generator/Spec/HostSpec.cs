namespace AttentionGen.Generator.Spec;

/// <summary>The class that carries the attributes, as far as emitting its other half needs it.</summary>
/// <param name="Namespace">Its namespace, or empty for the global one.</param>
/// <param name="Name">Its simple name.</param>
/// <param name="Modifiers">What stands before <c>partial class</c>, such as <c>public static</c>.</param>
/// <param name="Containers">The types it is nested in, outermost first, each as <c>partial class Name</c> with its modifiers.</param>
/// <param name="IsStatic">A kernel host; otherwise a layer host.</param>
/// <param name="IsPartial">Whether the class and all its containers are partial.</param>
/// <param name="MetadataName">The full metadata name (<c>Namespace.Outer+Inner</c>).</param>
public sealed record HostSpec(
    string Namespace,
    string Name,
    string Modifiers,
    EquatableArray<string> Containers,
    bool IsStatic,
    bool IsPartial,
    string MetadataName)
{
    /// <summary>What makes it impossible to write the class's other half; nothing is generated unless this is <see cref="HostProblem.None"/>.</summary>
    public HostProblem Problem { get; init; }

    /// <summary>
    /// What its output files are called: the metadata name. Roslyn compares file names without regard to case, so where another name of the
    /// compilation differs in case alone, a hash of the exact name follows.
    /// </summary>
    public string FileName { get; init; } = MetadataName;

    /// <summary>Members of the class that bear a name which generated code may use.</summary>
    public EquatableArray<HostMember> Members { get; init; }
}

/// <summary>Why a class can't be a host.</summary>
public enum HostProblem
{
    /// <summary>It can.</summary>
    None,

    /// <summary>It or a containing type has type parameters: constants and tables would exist once per instantiation.</summary>
    Generic,

    /// <summary>It is a record, whose value equality would compare weights.</summary>
    Record,

    /// <summary>It or a containing type is file-local and so can't be continued in a generated file.</summary>
    FileLocal,

    /// <summary>A layer with a primary constructor, which the generated constructor could not call.</summary>
    PrimaryConstructor,

    /// <summary>A layer whose base class has no constructor that the generated one could call.</summary>
    BaseConstructor,
}
