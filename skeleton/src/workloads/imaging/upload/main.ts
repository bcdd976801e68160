/** Receives files from hospitals: by tus in parts, by STOW-RS in one request. Bundled into one file. */
import { openUpload } from './open-upload';
import { parseUploadEnvironment } from '../environment';
import { serverProgram } from '../http/server-program';

serverProgram({ service: 'upload', parseEnvironment: parseUploadEnvironment, open: openUpload });
