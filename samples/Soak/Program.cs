return Soak.SoakCommand.Run(args, Console.Out, Console.Error);
